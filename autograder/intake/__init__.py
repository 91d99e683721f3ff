"""From what a learning platform lets one download to ``submitted/STUDENT/NN/``.

`packages` reads zips and folders, `naming` understands their names, `roster` says who is
meant, `collect` puts everything in its place and asks a person about the rest.
"""
