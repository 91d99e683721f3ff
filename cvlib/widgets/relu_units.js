// What the dying-ReLU simulator computes; no drawing here. Each unit learns its own target by
// gradient descent on its mean squared error over the whole batch.

export const slopeOf = ({ activation, negative_slope }) =>
  activation === "leaky_relu" ? negative_slope : 0;

// The pre-activations of one unit for the batch.
export const preActivations = ({ _inputs, state }, unit) =>
  _inputs.map((x) => state.weights[unit] * x + state.biases[unit]);

// The share of the batch for which each unit's pre-activation is positive.
export function activeShares(s) {
  const shareOf = (z) => z.filter((each) => each > 0).length / z.length;
  return s.state.weights.map((_, unit) => shareOf(preActivations(s, unit)));
}

// Mean squared error of each unit, and its gradients.
function unitGradient(s, unit) {
  const slope = slopeOf(s);
  const count = s._inputs.length;
  let [loss, weight, bias] = [0, 0, 0];
  preActivations(s, unit).forEach((z, i) => {
    const error = (z > 0 ? z : slope * z) - s._targets[unit][i];
    const common = (2 / count) * error * (z > 0 ? 1 : slope);
    loss += error ** 2 / count;
    weight += common * s._inputs[i];
    bias += common;
  });
  return { loss, weight, bias };
}

// [units that are negative for the whole batch, mean loss], as the history keeps them.
function observed(s) {
  const losses = s.state.weights.map((_, unit) => unitGradient(s, unit).loss);
  const silent = activeShares(s).filter((share) => share === 0).length;
  return [silent, losses.reduce((sum, each) => sum + each, 0) / losses.length];
}

function withHistory(s, state, before) {
  return { ...state, history: [...before, observed({ ...s, state })] };
}

// The state before the first step.
export function freshState(s) {
  const biases = s._start_weights.map(() => s.initial_bias);
  return withHistory(s, { weights: s._start_weights, biases }, []);
}

// The state after some more steps; the history says how many there were.
export function advance(s, steps) {
  let { state } = s;
  for (let i = 0; i < steps && state.history.length <= s._max_steps; i++) {
    const gradients = state.weights.map((_, unit) => unitGradient({ ...s, state }, unit));
    const weights = state.weights.map((w, unit) => w - s.learning_rate * gradients[unit].weight);
    const biases = state.biases.map((b, unit) => b - s.learning_rate * gradients[unit].bias);
    state = withHistory(s, { weights, biases }, state.history);
  }
  return state;
}
