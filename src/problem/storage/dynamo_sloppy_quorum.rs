//! `dynamo.sloppy-quorum`: where replicas go when nodes of a ring are down, and what a later read can see.

use serde_json::json;

use crate::problem::diagram::{Picture, ring};
use crate::problem::text::{PROCESSES, list, plural, tuple};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &SloppyQuorum;

struct SloppyQuorum;

const STRICT: &str = "you stayed with the first N nodes; a sloppy quorum takes the next healthy ones instead";
const DOWN_TOO: &str = "you gave a replica to a node that is down";
const SHORT: &str = "you left out the nodes that are down without replacing them";
const OFF_BY_ONE: &str =
    "the first replica lies on the first node at or after the key, not on the one behind it";
const WRONG_WAY: &str = "you went counterclockwise; positions grow clockwise";
const NEXT_NEIGHBOUR: &str =
    "the node next to the one that is down has a replica of its own; the hint goes past the first N";
const LAST_FOR_FIRST: &str = "the first node that is down is replaced by the first substitute";
const OVERLAP_COUNTED: &str = "R + W > N says nothing here: some writes went to substitutes";
const HINT_READ: &str = "a hint is not read: its holder is not among the nodes that are asked";
const STALE_COUNTED: &str = "you counted what the substitutes hold; they hold hints outside the first N";
const SEES_IT: &str = "one of the nodes that answer holds the value; that is enough";

struct Ring {
    positions: Vec<usize>,
    size: usize,
    key: usize,
    replicas: usize,
    down: Vec<usize>,
}

impl Ring {
    fn first(&self) -> usize {
        self.positions.iter().position(|&position| position >= self.key).unwrap_or(0)
    }

    /// Nodes clockwise from the key on.
    fn walk(&self, skip: usize) -> Vec<usize> {
        let n = self.positions.len();
        (0..n).map(|step| (self.first() + skip + step) % n).collect()
    }

    fn home(&self) -> Vec<usize> {
        self.walk(0)[..self.replicas].to_vec()
    }

    fn is_up(&self, node: usize) -> bool {
        !self.down.contains(&node)
    }

    fn taken(&self) -> Vec<usize> {
        self.walk(0).into_iter().filter(|&node| self.is_up(node)).take(self.replicas).collect()
    }

    /// Pairs of a home node that is down and the node that holds the hint for it.
    fn hints(&self) -> Vec<(usize, usize)> {
        let home = self.home();
        let down: Vec<usize> = home.iter().copied().filter(|&node| !self.is_up(node)).collect();
        down.into_iter().zip(self.taken().into_iter().filter(|node| !home.contains(node))).collect()
    }

    fn picture(&self) -> Picture {
        let items: Vec<String> = self
            .positions
            .iter()
            .enumerate()
            .map(|(at, position)| {
                let down = if self.is_up(at) { "" } else { " down" };
                format!("{} {position}{down}", PROCESSES[at])
            })
            .collect();
        ring(&items, &format!("{} positions, 0 to {}", self.size, self.size - 1))
    }

    fn values(&self, asks: &str) -> serde_json::Value {
        json!({
            "asks": asks, "positions": self.positions, "size": self.size, "key": self.key, "n": self.replicas,
            "down": names(&self.down),
        })
    }

    fn story(&self) -> String {
        let down = match self.down.as_slice() {
            [] => "All nodes are up.".to_owned(),
            [one] => format!("Node **{}** is down.", PROCESSES[*one]),
            many => format!("Nodes **{}** are down.", list(&names(many))),
        };
        format!(
            "Nodes stand on a ring; a key belongs to the first node at or after its position, clockwise, and is replicated \
             on N distinct nodes from there on:\n\n{}\n\nA key lies at position **{}**, and **N = {}**. {down}",
            self.picture().fence(),
            self.key,
            self.replicas
        )
    }
}

fn names(nodes: &[usize]) -> Vec<&'static str> {
    nodes.iter().map(|&node| PROCESSES[node]).collect()
}

impl Family for SloppyQuorum {
    fn name(&self) -> &'static str {
        "dynamo.sloppy-quorum"
    }

    fn title(&self) -> &'static str {
        "place replicas and hints with nodes down"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::integer("nodes", "nodes on the ring", (5, 8), &[]).graded([
                    &[5, 6],
                    &[6, 7],
                    &[7, 8],
                ]),
                Parameter::integer("down", "nodes that are down", (1, 3), &[]).graded([
                    &[1],
                    &[1, 2],
                    &[2, 3],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            STRICT,
            DOWN_TOO,
            SHORT,
            OFF_BY_ONE,
            WRONG_WAY,
            NEXT_NEIGHBOUR,
            LAST_FOR_FIRST,
            OVERLAP_COUNTED,
            HINT_READ,
            STALE_COUNTED,
            SEES_IT,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let nodes = with.count("nodes");
        // Three must be left for three replicas.
        let down_count = with.count("down").min(nodes - 3);
        let size = difficulty.of([100, 256, 256]);
        let ring = draw.until(|draw| {
            let mut positions: Vec<usize> = draw
                .distinct(nodes, 0, size as i64 - 1)
                .into_iter()
                .map(|position| position as usize)
                .collect();
            positions.sort_unstable();
            let gaps = positions.windows(2).all(|pair| pair[1] - pair[0] >= 4);
            let key = draw.range(0, size - 1);
            let all: Vec<usize> = (0..nodes).collect();
            let down = draw.subset(&all, down_count);
            let ring = Ring { positions, size, key, replicas: 3, down };
            // At least one of the nodes at home is down, and enough are left.
            let hit = ring.home().iter().filter(|&&node| !ring.is_up(node)).count();
            (gaps && (1..3).contains(&hit) && nodes - down_count >= 3).then_some(ring)
        });
        let asks =
            difficulty.of([&["nodes"][..], &["nodes", "hint"], &["nodes", "hint", "holders", "fresh"]]);
        match *draw.pick(asks) {
            "nodes" => place(&ring),
            "hint" => hint(&ring, draw),
            "holders" => holders(&ring, draw),
            _ => fresh(&ring, draw),
        }
    }
}

const SLOPPY: &str = "A **sloppy quorum** with hinted handoff is used: a replica goes to each of the first N **healthy** \
                      nodes clockwise from the key.";

fn place(ring: &Ring) -> Instance {
    let told = |nodes: &[usize]| tuple(&names(nodes));
    let taken = ring.taken();
    let home = ring.home();
    let up_home: Vec<usize> = home.iter().copied().filter(|&node| ring.is_up(node)).collect();
    let n = ring.positions.len();
    let skipped: Vec<usize> =
        ring.walk(1).into_iter().filter(|&node| ring.is_up(node)).take(ring.replicas).collect();
    let back: Vec<usize> = (0..n)
        .map(|step| (ring.first() + 2 * n - 1 - step) % n)
        .filter(|&node| ring.is_up(node))
        .take(ring.replicas)
        .collect();
    // Replaces what is down by its neighbour, whatever that neighbour holds.
    let half = {
        let mut nodes = up_home.clone();
        nodes.extend(ring.walk(ring.replicas).into_iter().take(ring.replicas - up_home.len()));
        nodes
    };
    Instance::new(
        format!(
            "{} {SLOPPY} Which nodes get a replica? Give them in clockwise order from the key, as `X, Y, Z`.",
            ring.story()
        ),
        answer::tuple(&names(&taken)),
        format!(
            "Clockwise from {}: {}. The first {} that are up are {}.",
            ring.key,
            list(&names(&ring.walk(0))),
            ring.replicas,
            list(&names(&taken))
        ),
        ring.values("nodes"),
    )
    .spoken(ring.picture().spoken)
    .mistake(told(&home), STRICT)
    .mistake(told(&up_home), SHORT)
    .mistake(told(&half), DOWN_TOO)
    .mistake(told(&skipped), OFF_BY_ONE)
    .mistake(told(&back), WRONG_WAY)
}

fn hint(ring: &Ring, draw: &mut Draw) -> Instance {
    let hints = ring.hints();
    let &(down, holder) = draw.pick(&hints);
    let n = ring.positions.len();
    let neighbour = (1..n).map(|step| (down + step) % n).find(|&node| ring.is_up(node)).unwrap_or(holder);
    let other = hints.iter().rev().find(|(node, _)| *node != down).map(|(_, holder)| *holder);
    let mut values = ring.values("hint");
    values["for"] = json!(PROCESSES[down]);
    let told: Vec<String> = hints
        .iter()
        .map(|(down, holder)| format!("{} for {}", PROCESSES[*holder], PROCESSES[*down]))
        .collect();
    let instance = Instance::new(
        format!(
            "{} {SLOPPY} Among the first N nodes those that are down are replaced in order: the first of them by the first \
             healthy node behind the first N, the second by the next. Which node keeps the hint meant for **{}**?",
            ring.story(),
            PROCESSES[down]
        ),
        answer::typed([PROCESSES[holder]]),
        format!(
            "The first {} nodes are {}. Replaced in order: {}.",
            ring.replicas,
            list(&names(&ring.home())),
            told.join(", ")
        ),
        values,
    )
    .spoken(ring.picture().spoken);
    let instance = match other {
        Some(other) => instance.mistake(PROCESSES[other], LAST_FOR_FIRST),
        None => instance,
    };
    instance.mistake(PROCESSES[neighbour], NEXT_NEIGHBOUR)
}

/// Draws which of the nodes with a replica acknowledged before the write counted as done.
fn acknowledged(ring: &Ring, w: usize, draw: &mut Draw) -> Vec<usize> {
    let mut acked = draw.subset(&ring.taken(), w);
    acked.sort_unstable();
    acked
}

fn holders(ring: &Ring, draw: &mut Draw) -> Instance {
    let w = draw.range(2, 3);
    let acked = acknowledged(ring, w, draw);
    let home = ring.home();
    let right = acked.iter().filter(|node| home.contains(node)).count();
    let mut values = ring.values("holders");
    values["acked"] = json!(names(&acked));
    let held: Vec<usize> = acked.iter().copied().filter(|node| home.contains(node)).collect();
    Instance::new(
        format!(
            "{} {SLOPPY} A write is acknowledged by **{}** (W = {w}) and stored nowhere else. Then all nodes come back, but \
             no hint has been handed over yet. How many of the key's **first N** nodes hold the new value?",
            ring.story(),
            list(&names(&acked))
        ),
        answer::count(right),
        format!(
            "The first {} nodes are {}; of those that acknowledged, {} {} among them: {right}.",
            ring.replicas,
            list(&names(&home)),
            list(&names(&held)),
            if held.len() == 1 { "is" } else { "are" }
        ),
        values,
    )
    .spoken(ring.picture().spoken)
    .mistake(w, STALE_COUNTED)
    .mistake(ring.replicas, STRICT)
}

fn fresh(ring: &Ring, draw: &mut Draw) -> Instance {
    let home = ring.home();
    // With every write acknowledged, a read misses it only if all it asks were down.
    let pairs: &[(usize, usize)] =
        if ring.hints().len() > 1 { &[(2, 2), (3, 2), (2, 1), (3, 1)] } else { &[(2, 2), (2, 1), (3, 1)] };
    let (w, r) = *draw.pick(pairs);
    let ((acked, asked), sees) = draw.with_verdict(
        |draw| {
            let acked = acknowledged(ring, w, draw);
            let asked = draw.subset(&home, r);
            (acked, asked)
        },
        |(acked, asked)| asked.iter().any(|node| acked.contains(node)),
    );
    let mut values = ring.values("fresh");
    values["acked"] = json!(names(&acked));
    values["asked"] = json!(names(&asked));
    let met: Vec<usize> = asked.iter().copied().filter(|node| acked.contains(node)).collect();
    let reason = if sees {
        format!("{} took the write and is asked", list(&names(&met)))
    } else {
        format!("none of {} took the write", list(&names(&asked)))
    };
    Instance::new(
        format!(
            "{} {SLOPPY} A write is acknowledged by **{}** (W = {w}) and stored nowhere else. Then all nodes come back, but \
             no hint has been handed over yet. A read (R = {r}) is answered by **{}**. Does it see the write?",
            ring.story(),
            list(&names(&acked)),
            list(&names(&asked))
        ),
        answer::verdict(sees, ("yes, it sees the write", reason.clone()), ("no, it misses the write", reason.clone())),
        format!(
            "The write lies on {}, the read asks {}: {reason}. N = {} and R + W = {} by themselves decide nothing, because \
             {} may have taken writes outside the first N.",
            list(&names(&acked)),
            list(&names(&asked)),
            ring.replicas,
            r + w,
            plural(ring.hints().len(), "substitute")
        ),
        values,
    )
    .spoken(ring.picture().spoken)
    .mistake_other_verdict(match (sees, r + w > ring.replicas) {
        (true, _) => SEES_IT,
        (false, true) => OVERLAP_COUNTED,
        (false, false) => HINT_READ,
    })
}
