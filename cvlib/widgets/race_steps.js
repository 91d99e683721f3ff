// What the optimizer race computes; no drawing here. The same as race_steps.py.

const FAR = 1000; // a runner that leaves this box has diverged, and its path ends
export const RUNNERS = ["sgd", "momentum", "rmsprop", "adam"];

export function height(landscape, x, y) {
  if (landscape === "ravine") return x ** 2 / 20 + y ** 2;
  if (landscape === "saddle") return x ** 2 / 2 + y ** 4 / 4 - y ** 2 / 2;
  return (1 - x) ** 2 + 100 * (y - x ** 2) ** 2;
}

function slope(landscape, [x, y]) {
  if (landscape === "ravine") return [x / 10, 2 * y];
  if (landscape === "saddle") return [x, y ** 3 - y];
  return [-2 * (1 - x) - 400 * x * (y - x ** 2), 200 * (y - x ** 2)];
}

// How far one weight moves; memory holds the running means of g and g², or the velocity.
function change(name, g, memory, step, { rate, ruler_rate, momentum }) {
  if (name === "sgd" || name === "momentum") {
    memory.first = (name === "momentum" ? momentum : 0) * memory.first + g;
    return rate * memory.first;
  }
  if (name === "rmsprop") {
    memory.second = 0.99 * memory.second + 0.01 * g * g;
    return (ruler_rate * g) / (Math.sqrt(memory.second) + 1e-8);
  }
  memory.first = 0.9 * memory.first + 0.1 * g;
  memory.second = 0.999 * memory.second + 0.001 * g * g;
  const ruler = Math.sqrt(memory.second / (1 - 0.999 ** step)) + 1e-8;
  return (ruler_rate * memory.first) / (1 - 0.9 ** step) / ruler;
}

// { runner: [[x, y], …] }, start first.
export function race(settings, start, steps) {
  const paths = {};
  for (const name of RUNNERS) {
    const memories = [0, 1].map(() => ({ first: 0, second: 0 }));
    let place = start;
    paths[name] = [start];
    for (let step = 1; step <= steps; step++) {
      const gradient = slope(settings.landscape, place);
      place = place.map(
        (each, axis) => each - change(name, gradient[axis], memories[axis], step, settings),
      );
      if (!(Math.max(...place.map(Math.abs)) <= FAR)) break;
      paths[name].push(place);
    }
  }
  return paths;
}

// Contour lines at the given heights, as one SVG path in numbers of the plot: marching squares.
export function contours(landscape, { x, y }, levels, place, [columns, rows] = [140, 84]) {
  const at = (range, i, count) => range[0] + ((range[1] - range[0]) * i) / count;
  const grid = [...Array(rows + 1).keys()].map((j) =>
    [...Array(columns + 1).keys()].map((i) =>
      height(landscape, at(x, i, columns), at(y, j, rows)),
    ),
  );
  const pieces = [];
  for (let j = 0; j < rows; j++) {
    for (let i = 0; i < columns; i++) {
      const corners = [
        [i, j],
        [i + 1, j],
        [i + 1, j + 1],
        [i, j + 1],
      ];
      for (const level of levels) {
        const cuts = [];
        corners.forEach((from, n) => {
          const to = corners[(n + 1) % 4];
          const [a, b] = [grid[from[1]][from[0]], grid[to[1]][to[0]]];
          if (a < level === b < level) return;
          const share = (level - a) / (b - a);
          const between = from.map((each, axis) => each + share * (to[axis] - each));
          cuts.push([at(x, between[0], columns), at(y, between[1], rows)]);
        });
        for (let n = 0; n + 1 < cuts.length; n += 2) pieces.push([cuts[n], cuts[n + 1]]);
      }
    }
  }
  const text = ([a, b]) => `${place.X(a).toFixed(1)} ${place.Y(b).toFixed(1)}`;
  return pieces.map(([from, to]) => `M${text(from)}L${text(to)}`).join("");
}
