//! `gossip.convergence`: how fast gossip spreads by pulling, pushing or both, and where a rumour that tires stops.

use serde_json::json;

use crate::card::Tolerance;
use crate::problem::text::{plural, significant};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &GossipConvergence;

struct GossipConvergence;

const PUSH_FOR_PULL: &str = "you reckoned a push; here the node without the update asks";
const PULL_FOR_PUSH: &str = "you reckoned a pull; here nobody asks, the node waits to be chosen";
const PUSH_ONLY: &str = "you reckoned the pushes only; the node also asks another one itself";
const PULL_ONLY: &str = "you reckoned the pulls only; the node may also be chosen by one that knows";
const ONE_ROUND: &str = "you stopped after one round";
const CONSTANT: &str = "you took off the same share in every round; the fewer are left, the faster a pull is";
const INFORMED: &str = "you gave the share that has the update; asked is the share that has not";
const ONE_MORE: &str = "you counted one round too many";
const ONE_LESS: &str = "you stopped one round too early; the share is not below the limit yet";
const K_FOR_K_PLUS_ONE: &str = "you took k for k + 1 in the exponent";
const FIRST_STEP: &str = "you put 0 in for s on the right and stopped; s stands on both sides";

fn pull(u: f64) -> f64 {
    u * u
}

fn push(u: f64) -> f64 {
    u * (-(1.0 - u)).exp()
}

fn both(u: f64) -> f64 {
    u * push(u)
}

#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Pull,
    Push,
    Both,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Self::Pull => "pull",
            Self::Push => "push",
            Self::Both => "push-pull",
        }
    }

    fn step(self, u: f64) -> f64 {
        match self {
            Self::Pull => pull(u),
            Self::Push => push(u),
            Self::Both => both(u),
        }
    }

    fn rounds(self, u: f64, rounds: usize) -> f64 {
        (0..rounds).fold(u, |u, _| self.step(u))
    }

    fn story(self) -> &'static str {
        match self {
            Self::Pull => {
                "each node asks one other for its updates (**pull**); a node has the update after a round if it \
                           had it before or the one it asked had it"
            }
            Self::Push => {
                "each node that has the update sends it to one other (**push**); with very many nodes and a \
                           share u without it, a given node is chosen by nobody who has it with probability \
                           e^−(1−u)"
            }
            Self::Both => {
                "each node exchanges updates with one other, both ways (**push-pull**): a node still lacks the \
                           update if the one it chose lacks it *and* nobody who has it chose that node; with very many \
                           nodes and a share u without it, the latter has probability e^−(1−u)"
            }
        }
    }

    fn rule(self) -> &'static str {
        match self {
            Self::Pull => "A node stays without the update if the one it asks is without it: u becomes u².",
            Self::Push => "A node stays without the update if nobody chooses it: u becomes u · e^−(1−u).",
            Self::Both => "Both must go wrong: u becomes u² · e^−(1−u).",
        }
    }
}

impl Family for GossipConvergence {
    fn name(&self) -> &'static str {
        "gossip.convergence"
    }

    fn title(&self) -> &'static str {
        "reckon how fast gossip spreads"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[Parameter::word("mode", "who sends to whom", &["pull", "push", "push-pull"], &[]).graded_words(
                [&["pull", "push"], &["pull", "push", "push-pull"], &["pull", "push", "push-pull"]],
            )]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            PUSH_FOR_PULL,
            PULL_FOR_PUSH,
            PUSH_ONLY,
            PULL_ONLY,
            ONE_ROUND,
            CONSTANT,
            INFORMED,
            ONE_MORE,
            ONE_LESS,
            K_FOR_K_PLUS_ONE,
            FIRST_STEP,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let mode = match with.word("mode") {
            "pull" => Mode::Pull,
            "push" => Mode::Push,
            _ => Mode::Both,
        };
        match difficulty.level() {
            0 => share(mode, draw.range(10, 90), 1),
            1 => share(mode, draw.range(30, 90), draw.range(2, 3)),
            _ if draw.chance(1, 4) => rumour(draw),
            _ => below(mode, draw),
        }
    }
}

fn share(mode: Mode, percent: usize, rounds: usize) -> Instance {
    let u = percent as f64 / 100.0;
    let right = mode.rounds(u, rounds);
    let steps: Vec<String> = (0..=rounds).map(|round| significant(mode.rounds(u, round), 4)).collect();
    let mut instance = Instance::new(
        format!(
            "Replicas spread an update by gossip. In each round {}. Partners are chosen uniformly among very many nodes. \
             Now **{percent} %** of the nodes do **not** have the update. What share does not have it after **{}** \
             (expected, as a fraction of 1 to three significant digits)?",
            mode.story(),
            plural(rounds, "round")
        ),
        answer::significant(right, ""),
        format!("{} Round by round: {}.", mode.rule(), steps.join(" → ")),
        json!({ "asks": "share", "mode": mode.name(), "percent": percent, "rounds": rounds }),
    );
    instance = match mode {
        Mode::Pull => instance
            .mistake(Mode::Push.rounds(u, rounds), PUSH_FOR_PULL)
            .mistake(u * u.powi(rounds as i32), CONSTANT),
        Mode::Push => instance.mistake(Mode::Pull.rounds(u, rounds), PULL_FOR_PUSH),
        Mode::Both => instance
            .mistake(Mode::Push.rounds(u, rounds), PUSH_ONLY)
            .mistake(Mode::Pull.rounds(u, rounds), PULL_ONLY),
    };
    if rounds > 1 {
        instance = instance.mistake(mode.step(u), ONE_ROUND);
    }
    instance.mistake(1.0 - right, INFORMED)
}

fn below(mode: Mode, draw: &mut Draw) -> Instance {
    let (percent, limit, right) = draw.until(|draw| {
        let percent = draw.range(40, 95);
        let limit = *draw.pick(&[0.1, 0.05, 0.02, 0.01, 0.005, 0.001, 0.0001, 0.000_01, 0.000_001]);
        let u = percent as f64 / 100.0;
        let right = (0..100).find(|&rounds| mode.rounds(u, rounds) < limit)?;
        // Far enough from the limit that rounding on the way does not matter.
        let clear = [right - 1, right].iter().all(|&r| (mode.rounds(u, r) / limit - 1.0).abs() > 0.05);
        (clear && (2..=15).contains(&right)).then_some((percent, limit, right))
    });
    let u = percent as f64 / 100.0;
    let shares: Vec<String> = (0..=right).map(|rounds| significant(mode.rounds(u, rounds), 3)).collect();
    let rounds_of = |mode: Mode| (0..1000).find(|&rounds| mode.rounds(u, rounds) < limit).unwrap_or(1000);
    let instance = Instance::new(
        format!(
            "Replicas spread an update by gossip. In each round {}. Partners are chosen uniformly among very many nodes. \
             Now **{percent} %** of the nodes do **not** have the update. After how many rounds is the expected share \
             without it **below {}** for the first time?",
            mode.story(),
            significant(limit, 3)
        ),
        answer::count(right),
        format!(
            "{} Round by round: {}. Below {} after {right}.",
            mode.rule(),
            shares.join(" → "),
            significant(limit, 3)
        ),
        json!({ "asks": "below", "mode": mode.name(), "percent": percent, "limit": limit }),
    );
    let instance = match mode {
        Mode::Pull => instance.mistake(rounds_of(Mode::Push), PUSH_FOR_PULL),
        Mode::Push => instance.mistake(rounds_of(Mode::Pull), PULL_FOR_PUSH),
        Mode::Both => {
            instance.mistake(rounds_of(Mode::Pull), PULL_ONLY).mistake(rounds_of(Mode::Push), PUSH_ONLY)
        }
    };
    instance.mistake(right + 1, ONE_MORE).mistake(right - 1, ONE_LESS)
}

fn rumour(draw: &mut Draw) -> Instance {
    let k = draw.range(1, 5);
    let residue = |exponent: f64| (0..500).fold(0.0_f64, |s, _| (-exponent * (1.0 - s)).exp());
    let exponent = (k + 1) as f64;
    let right = residue(exponent);
    // Of 1,000,000 or fewer nodes, so that the same k does not always mean the same number.
    let thousand_nodes = draw.range(1, 40) * 5;
    let nodes = thousand_nodes as f64 * 1000.0;
    let first = (-exponent).exp();
    Instance::new(
        format!(
            "A rumour is pushed through **{thousand_nodes},000** nodes: each node that has it calls others at random, and \
             after each call to a node that knows it already it loses interest with probability 1/k, k = **{k}**. The \
             share s that never hears it satisfies s = e^(−(k + 1)(1 − s)), the root below 1. About how many nodes never \
             hear it? (An error of 2 % is forgiven.)"
        ),
        answer::number((nodes * right).round(), "", Tolerance::Relative(0.02)),
        format!(
            "Put a guess in for s and repeat: 0 → {} → {} → … → {}. Of {thousand_nodes},000 nodes that is about {:.0}.",
            significant(first, 4),
            significant((-exponent * (1.0 - first)).exp(), 4),
            significant(right, 4),
            nodes * right
        ),
        json!({ "asks": "rumour", "k": k, "nodes": thousand_nodes * 1000 }),
    )
    .mistake(nodes * if k == 1 { 1.0 } else { residue(k as f64) }, K_FOR_K_PLUS_ONE)
    .mistake(nodes * first, FIRST_STEP)
    .mistake(nodes * (1.0 - right), INFORMED)
}
