//! `locks.two-phase`: whether a transaction's locking is two-phase, strict, or rigorous.

use serde_json::json;

use crate::problem::text::OBJECTS;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &LocksTwoPhase;

struct LocksTwoPhase;

const UNCOVERED: &str = "you overlooked an access without the lock it needs";
const COVERED: &str = "each access does hold a lock that allows it; an exclusive lock allows reading too";
const LATE_LOCK: &str = "you overlooked a lock taken after the first unlock";
const NO_LATE_LOCK: &str = "no lock is taken after the first unlock";
const EARLY_EXCLUSIVE: &str = "an exclusive lock is released before the commit, so it is not even strict";
const EARLY_SHARED: &str = "a shared lock is released before the commit, so it is not rigorous";
const MORE_HOLDS: &str = "true, but it keeps a stronger rule too";

const NAMES: [&str; 5] = [
    "an access lacks the lock it needs",
    "not two-phase",
    "two-phase, but not strict",
    "strict two-phase, but not rigorous",
    "rigorous two-phase",
];

/// A step on an object; the commit has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Shared(usize),
    Exclusive(usize),
    Unlock(usize),
    Read(usize),
    Write(usize),
    Commit,
}

use Step::*;

impl Family for LocksTwoPhase {
    fn name(&self) -> &'static str {
        "locks.two-phase"
    }

    fn title(&self) -> &'static str {
        "tell two-phase, strict and rigorous locking apart"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::integer("objects", "objects the transaction uses", (2, 4), &[]).graded([
                    &[2],
                    &[3],
                    &[4],
                ]),
                Parameter::bool(
                    "upgrades",
                    "whether shared locks may be upgraded to exclusive ones",
                    &[false],
                )
                .graded_bools([&[false], &[false, true], &[true]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[UNCOVERED, COVERED, LATE_LOCK, NO_LATE_LOCK, EARLY_EXCLUSIVE, EARLY_SHARED, MORE_HOLDS]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let wanted = draw.range(0, 4);
        let upgrades = with.bool("upgrades");
        let (objects, dense) = (with.count("objects"), difficulty.level() > 0);
        let (steps, found) = draw.until(|draw| {
            let steps = draw_steps(draw, objects, upgrades, dense);
            let found = class(&steps);
            (found == wanted).then_some((steps, found))
        });
        let written: Vec<String> = steps.iter().copied().map(shown).collect();
        let upgrade = if upgrades {
            " X(x) while S(x) is held upgrades that lock, which counts as taking a lock."
        } else {
            ""
        };
        let prompt = format!(
            "A transaction takes shared locks S, exclusive locks X, and releases them with U; R reads, W writes. A read needs a \
             shared or an exclusive lock, a write an exclusive one.{upgrade} Its steps:\n\n`{}`\n\nWhich is the strongest statement that \
             holds? *Strict* means two-phase with no exclusive lock released before the commit; *rigorous*, two-phase with no lock \
             at all released before it.",
            written.join(" ")
        );
        let reasons = reasons(&steps);
        let options = (0..5)
            .map(|index| answer::option(NAMES[index], index == found, reasons[index].clone()))
            .collect();
        let solution = format!("{} So: {}.", told(&steps), NAMES[found]);
        let mut instance = Instance::new(
            prompt,
            answer::choice(options),
            solution,
            json!({ "steps": written, "upgrades": upgrades }),
        );
        for wrong in (0..5).filter(|&wrong| wrong != found) {
            let why = match (found, wrong) {
                (0, _) => UNCOVERED,
                (_, 0) => COVERED,
                (1, _) => LATE_LOCK,
                (_, 1) => NO_LATE_LOCK,
                (2, _) => EARLY_EXCLUSIVE,
                (3, 4) => EARLY_SHARED,
                _ => MORE_HOLDS,
            };
            instance = instance.mistake(vec![wrong], why);
        }
        instance
    }
}

fn draw_steps(draw: &mut Draw, objects: usize, upgrades: bool, dense: bool) -> Vec<Step> {
    let mut queues: Vec<Vec<Step>> = Vec::with_capacity(objects);
    for object in 0..objects {
        let mut steps = Vec::new();
        let writes = draw.coin();
        let upgraded = writes && upgrades && draw.coin();
        match (writes, upgraded) {
            (true, true) => steps.extend([Shared(object), Read(object), Exclusive(object), Write(object)]),
            (true, false) if draw.coin() => steps.extend([Exclusive(object), Read(object), Write(object)]),
            (true, false) => steps.extend([Exclusive(object), Write(object)]),
            (false, _) if draw.chance(1, 6) => steps.extend([Exclusive(object), Read(object)]),
            (false, _) => steps.extend([Shared(object), Read(object)]),
        }
        steps.push(Unlock(object));
        // Now and then an access comes after the release, or a write under a shared lock.
        if draw.chance(1, 8) {
            let last = steps.len() - 1;
            steps.swap(last, last - 1);
        } else if draw.chance(1, 8) && steps[0] == Exclusive(object) && steps.contains(&Write(object)) {
            steps[0] = Shared(object);
        }
        queues.push(steps);
    }
    // Interleave; locks late in one draw of three, releases early in the rest.
    let eager = draw.chance(2, 3);
    let mut order = Vec::new();
    let mut at = vec![0; objects];
    let mut committed = false;
    loop {
        let open: Vec<usize> = (0..objects).filter(|&object| at[object] < queues[object].len()).collect();
        if open.is_empty() {
            break;
        }
        let is_release = |object: usize| matches!(queues[object][at[object]], Unlock(_));
        let all_release = open.iter().all(|&object| is_release(object));
        if all_release && !committed && draw.chance(if dense { 1 } else { 2 }, 3) {
            order.push(Commit);
            committed = true;
            continue;
        }
        let object = *draw.pick(&open);
        if eager && is_release(object) && !all_release && draw.chance(3, 4) {
            continue;
        }
        order.push(queues[object][at[object]]);
        at[object] += 1;
    }
    if !committed {
        order.push(Commit);
    }
    order
}

fn shown(step: Step) -> String {
    let of = |letter: char, object: usize| format!("{letter}({})", OBJECTS[object]);
    match step {
        Shared(object) => of('S', object),
        Exclusive(object) => of('X', object),
        Unlock(object) => of('U', object),
        Read(object) => of('R', object),
        Write(object) => of('W', object),
        Commit => "commit".to_owned(),
    }
}

/// What breaks each rule first: an uncovered access, a lock after an unlock, an early exclusive and shared release.
struct Faults {
    uncovered: Option<Step>,
    late: Option<Step>,
    exclusive: Option<Step>,
    shared: Option<Step>,
}

fn faults(steps: &[Step]) -> Faults {
    let mut held = [0_u8; 4];
    let (mut released, mut committed) = (false, false);
    let mut faults = Faults { uncovered: None, late: None, exclusive: None, shared: None };
    for &step in steps {
        match step {
            Shared(object) | Exclusive(object) => {
                held[object] = if matches!(step, Shared(_)) { held[object].max(1) } else { 2 };
                if released {
                    faults.late.get_or_insert(step);
                }
            }
            Unlock(object) => {
                released = true;
                if !committed {
                    let fault = if held[object] == 2 { &mut faults.exclusive } else { &mut faults.shared };
                    fault.get_or_insert(step);
                }
                held[object] = 0;
            }
            Read(object) if held[object] == 0 => {
                faults.uncovered.get_or_insert(step);
            }
            Write(object) if held[object] < 2 => {
                faults.uncovered.get_or_insert(step);
            }
            Read(_) | Write(_) => {}
            Commit => committed = true,
        }
    }
    faults
}

/// The index of the strongest statement.
fn class(steps: &[Step]) -> usize {
    let faults = faults(steps);
    if faults.uncovered.is_some() {
        0
    } else if faults.late.is_some() {
        1
    } else if faults.exclusive.is_some() {
        2
    } else if faults.shared.is_some() {
        3
    } else {
        4
    }
}

fn told(steps: &[Step]) -> String {
    let faults = faults(steps);
    let at = |fault: Option<Step>, found: &str, fine: &str| match fault {
        Some(step) => format!("{} {found}.", shown(step)),
        None => fine.to_owned(),
    };
    let parts = [
        at(faults.uncovered, "is done without the lock it needs", "Every access holds its lock."),
        at(faults.late, "takes a lock after the first unlock", "No lock is taken after the first unlock."),
        at(
            faults.exclusive,
            "releases an exclusive lock before the commit",
            "Exclusive locks are held until the commit.",
        ),
        at(
            faults.shared,
            "releases a shared lock before the commit",
            "Shared locks are held until the commit.",
        ),
    ];
    // What comes behind the first fault does not matter.
    let shown = parts.len().min(class(steps) + 1);
    parts[..shown].join(" ")
}

fn reasons(steps: &[Step]) -> [String; 5] {
    let faults = faults(steps);
    let because = |fault: Option<Step>, found: &str, fine: &str| match fault {
        Some(step) => format!("{} {found}", shown(step)),
        None => fine.to_owned(),
    };
    let uncovered = because(faults.uncovered, "lacks its lock", "every access holds the lock it needs");
    let late =
        because(faults.late, "comes after the first unlock", "no lock is taken after the first unlock");
    let exclusive = because(
        faults.exclusive,
        "releases an exclusive lock early",
        "exclusive locks stay until the commit",
    );
    let shared = because(faults.shared, "releases a shared lock early", "shared locks stay until the commit");
    let first = faults.late.or(faults.exclusive).or(faults.shared);
    let rigorous = because(first, "breaks it", "all locks stay until the commit");
    [uncovered, late, exclusive, shared, rigorous]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_sequences() {
        assert_eq!(class(&[Shared(0), Exclusive(1), Unlock(0), Commit, Unlock(1)]), 3);
        assert_eq!(class(&[Shared(0), Unlock(0), Exclusive(1), Commit, Unlock(1)]), 1);
    }
}
