//! `raft.joint-consensus`: which acknowledgements commit an entry while a cluster changes its members.

use serde_json::json;

use crate::problem::text::{PROCESSES, list};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &JointConsensus;

struct JointConsensus;

const UNION: &str = "you took a majority of all servers together; each of the two sets needs its own";
const OLD_ONLY: &str = "you asked for a majority of the old servers only";
const NEW_ONLY: &str = "you asked for a majority of the new servers only";
const EITHER: &str = "you took a majority of either set as enough; both are needed";
const HALF: &str = "you took half of a set for a majority of it";
const NOT_SHARED: &str = "a server in both sets counts in both";
const STRICTEST: &str = "you asked for a majority of all servers on top of the two majorities";
const DISJOINT: &str = "compare any majority of the old servers with any of the new: do they always meet?";

struct Change {
    old: Vec<usize>,
    new: Vec<usize>,
}

fn majority(of: &[usize], acked: &[usize]) -> bool {
    2 * held(of, acked) > of.len()
}

fn held(of: &[usize], acked: &[usize]) -> usize {
    of.iter().filter(|server| acked.contains(server)).count()
}

impl Change {
    /// Draws two sets with so many servers in common.
    fn draw(old: usize, new: usize, shared: usize, draw: &mut Draw) -> Self {
        let places: Vec<usize> = (0..PROCESSES.len()).collect();
        let all = draw.subset(&places, old + new - shared);
        let old = draw.subset(&all, old);
        let mut new = draw.subset(&old, shared);
        new.extend(all.iter().filter(|server| !old.contains(server)));
        new.sort_unstable();
        Self { old, new }
    }

    fn all(&self) -> Vec<usize> {
        let mut all = self.old.clone();
        all.extend(self.new.iter().filter(|server| !self.old.contains(server)));
        all.sort_unstable();
        all
    }

    fn shared(&self) -> usize {
        held(&self.old, &self.new)
    }

    fn commits(&self, acked: &[usize]) -> bool {
        majority(&self.old, acked) && majority(&self.new, acked)
    }

    /// The fewest acknowledgements that commit: shared servers first, then the rest of each majority.
    fn fewest(&self) -> usize {
        let (need_old, need_new) = (self.old.len() / 2 + 1, self.new.len() / 2 + 1);
        let shared = self.shared().min(need_old.max(need_new));
        shared + need_old.saturating_sub(shared) + need_new.saturating_sub(shared)
    }

    /// Tells whether a majority of the old and one of the new can have no server in common.
    fn can_split(&self) -> bool {
        let (need_old, need_new) = (self.old.len() / 2 + 1, self.new.len() / 2 + 1);
        let shared = self.shared();
        let from_shared_old = need_old.saturating_sub(self.old.len() - shared);
        let from_shared_new = need_new.saturating_sub(self.new.len() - shared);
        from_shared_old + from_shared_new <= shared
    }

    fn told(&self) -> String {
        format!("C_old = {} and C_new = {}", set(&self.old), set(&self.new))
    }

    fn values(&self, asks: &str) -> serde_json::Value {
        json!({ "asks": asks, "old": names(&self.old), "new": names(&self.new) })
    }
}

fn names(servers: &[usize]) -> Vec<&'static str> {
    servers.iter().map(|&server| PROCESSES[server]).collect()
}

fn set(servers: &[usize]) -> String {
    format!("{{{}}}", names(servers).join(", "))
}

impl Family for JointConsensus {
    fn name(&self) -> &'static str {
        "raft.joint-consensus"
    }

    fn title(&self) -> &'static str {
        "find what commits under joint consensus"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::integer("old", "servers before the change", (3, 5), &[]).graded([
                    &[3],
                    &[3, 4],
                    &[3, 4, 5],
                ]),
                Parameter::integer("new", "servers after the change", (3, 5), &[]).graded([
                    &[3],
                    &[3, 4, 5],
                    &[3, 4, 5],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[UNION, OLD_ONLY, NEW_ONLY, EITHER, HALF, NOT_SHARED, STRICTEST, DISJOINT]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let (old, new) = (with.count("old"), with.count("new"));
        let change = draw.until(|draw| {
            let shared = draw.range(1, old.min(new));
            if old + new - shared > PROCESSES.len() || (shared == old && shared == new) {
                return None;
            }
            Some(Change::draw(old, new, shared, draw))
        });
        let asks = difficulty.of([&["sets"][..], &["sets", "sets", "fewest"], &["sets", "fewest", "split"]]);
        match *draw.pick(asks) {
            "fewest" => fewest(&change),
            "split" => split(draw, old, new),
            _ => sets(&change, draw, difficulty.of([4, 5, 6])),
        }
    }
}

fn sets(change: &Change, draw: &mut Draw, count: usize) -> Instance {
    let all = change.all();
    let sets = draw.until(|draw| {
        let mut sets: Vec<Vec<usize>> = Vec::new();
        for _ in 0..40 {
            let size = draw.range(2, all.len() - 1);
            let acked = draw.subset(&all, size);
            // Sets that fail both majorities teach little.
            let telling = majority(&change.old, &acked) || majority(&change.new, &acked);
            if (telling || draw.chance(1, 4)) && !sets.contains(&acked) {
                sets.push(acked);
            }
            if sets.len() == count {
                break;
            }
        }
        let right = sets.iter().filter(|acked| change.commits(acked)).count();
        (sets.len() == count && right > 0 && right < count).then_some(sets)
    });
    let (old, new) = (&change.old, &change.new);
    let options = sets
        .iter()
        .map(|acked| {
            let reason = format!(
                "{} of {} old, {} of {} new",
                held(old, acked),
                old.len(),
                held(new, acked),
                new.len()
            );
            answer::option(set(acked), change.commits(acked), reason)
        })
        .collect();
    let chosen = |wrong: &dyn Fn(&[usize]) -> bool| -> Vec<usize> {
        (0..count).filter(|&index| wrong(&sets[index])).collect()
    };
    let right: Vec<String> =
        sets.iter().filter(|acked| change.commits(acked)).map(|acked| set(acked)).collect();
    let union = chosen(&|acked| majority(&all, acked));
    let (old_only, new_only) = (chosen(&|acked| majority(old, acked)), chosen(&|acked| majority(new, acked)));
    let half = chosen(&|acked| 2 * held(old, acked) >= old.len() && 2 * held(new, acked) >= new.len());
    let either = chosen(&|acked| majority(old, acked) || majority(new, acked));
    let strictest = chosen(&|acked| change.commits(acked) && 3 * acked.len() > 2 * all.len());
    let mut values = change.values("sets");
    values["sets"] = json!(sets.iter().map(|acked| names(acked)).collect::<Vec<_>>());
    let mut instance = Instance::new(
        format!(
            "A Raft cluster changes its members by joint consensus: {}. The joint configuration is in force. Which of these \
             sets of servers, each meaning all that have stored a new entry of the current term (the leader among them if \
             it stands there), are enough to commit it? (several)",
            change.told()
        ),
        answer::several(options),
        format!(
            "Each of the two sets must have a majority: {} of {} old and {} of {} new servers. A server in both counts in \
             both. That holds for {}.",
            old.len() / 2 + 1,
            old.len(),
            new.len() / 2 + 1,
            new.len(),
            list(&right)
        ),
        values,
    );
    for (wrong, name) in [
        (union, UNION),
        (either, EITHER),
        (old_only, OLD_ONLY),
        (new_only, NEW_ONLY),
        (half, HALF),
        (strictest, STRICTEST),
    ] {
        if !wrong.is_empty() {
            instance = instance.mistake(wrong, name);
        }
    }
    instance
}

fn fewest(change: &Change) -> Instance {
    let (need_old, need_new) = (change.old.len() / 2 + 1, change.new.len() / 2 + 1);
    let right = change.fewest();
    let shared = change.shared();
    Instance::new(
        format!(
            "A Raft cluster changes its members by joint consensus: {}. The joint configuration is in force. What is the \
             smallest number of servers (the leader counts if it stores the entry and is in one of the sets) that must \
             store an entry for it to be committed?",
            change.told()
        ),
        answer::count(right),
        format!(
            "{need_old} old and {need_new} new servers are needed. {shared} {} in both and count twice, so {right} are \
             enough.",
            if shared == 1 { "is" } else { "are" }
        ),
        change.values("fewest"),
    )
    .mistake(need_old + need_new, NOT_SHARED)
    .mistake(change.all().len() / 2 + 1, UNION)
    .mistake(need_old, OLD_ONLY)
    .mistake(need_new, NEW_ONLY)
    .mistake(change.old.len().div_ceil(2).max(change.new.len().div_ceil(2)), HALF)
}

fn split(draw: &mut Draw, old: usize, new: usize) -> Instance {
    let (change, possible) = draw.with_verdict(
        |draw| {
            draw.until(|draw| {
                let (old, new) = (draw.range(2, old.max(3)), draw.range(2, new.max(3)));
                let shared = draw.range(1, old.min(new));
                let fits = old + new - shared <= PROCESSES.len() && (shared < old || shared < new);
                fits.then(|| Change::draw(old, new, shared, draw))
            })
        },
        Change::can_split,
    );
    let (need_old, need_new) = (change.old.len() / 2 + 1, change.new.len() / 2 + 1);
    let shared = change.shared();
    let spare_old = need_old.saturating_sub(change.old.len() - shared);
    let spare_new = need_new.saturating_sub(change.new.len() - shared);
    let reason = format!(
        "of the {shared} shared servers a majority of C_old takes at least {spare_old}, one of C_new at least {spare_new}"
    );
    Instance::new(
        format!(
            "A Raft cluster switches **directly** from {}: for a while some servers already act by C_new and others still by \
             C_old. Can a majority of C_old and a majority of C_new exist that have **no server in common**, and so elect \
             two leaders in one term?",
            change.told().replace(" and ", " to ")
        ),
        answer::verdict(possible, ("yes, two leaders could be elected", reason.clone()), ("no, any two such majorities meet", reason.clone())),
        format!(
            "Majorities are {need_old} of {} and {need_new} of {}. At the least, {reason}; together {} {} {shared}, so they \
             {} apart.",
            change.old.len(),
            change.new.len(),
            spare_old + spare_new,
            if possible { "is no more than" } else { "is more than" },
            if possible { "can stay" } else { "cannot stay" }
        ),
        change.values("split"),
    )
    .mistake_other_verdict(DISJOINT)
}
