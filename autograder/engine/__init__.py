"""The grading engine: student code in a sandboxed process, tests in another.

Read in this order: `wire` (what may cross), `student` (the process that runs the
learner's cells), `zygote` and `sandbox` (how such a process is made quickly and locked
in), `judge` (the process that runs the tests), `plan` and `runner` (one submission),
`pool` (many), `preprocessors` (nbgrader's side).

`student` and `zygote` run inside the sandbox; of this package they import only `wire`.
"""
