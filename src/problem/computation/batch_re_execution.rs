//! `batch.re-execution`: what runs again after a failure, in MapReduce and in Spark, and the stages of a Spark job.

use serde_json::json;

use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, diagram, text};

pub const FAMILY: &dyn Family = &ReExecution;

struct ReExecution;

const REDUCES_TOO: &str =
    "finished reduce tasks do not run again: their output lies in the distributed file system";
const MAPS_KEPT: &str = "finished map tasks run again: their output lay on the failed worker's own disk";
const RUNNING_KEPT: &str = "tasks in progress on the failed worker are lost as well";
const ONLY_SHUFFLES: &str = "you counted the shuffles; there is one stage more than that";
const EACH_STEP: &str = "narrow steps run together in one stage; only a shuffle begins a new one";
const JOIN_ONCE: &str = "a join shuffles each of its inputs that is not partitioned for it";
const COPARTITIONED: &str = "data that is partitioned by that partitioner already is not shuffled again";
const CACHE_IGNORED: &str = "what is kept in memory is not computed again, nor is anything it came from";
const EACH_DATA_SET: &str =
    "a task does all narrow steps of its stage at once; it is not one task for each data set";
const LAST_STAGE: &str = "you counted the last stage only";
const NARROW_ONLY: &str = "behind a shuffle one partition needs all partitions of what was shuffled";
const WHOLE_SETS: &str = "only what the lost partition needs is computed again, not whole data sets";
const LOST_ONLY: &str = "the lost partition is not stored anywhere: what it came from must be computed first";

/// A step of a Spark program. Every data set is used once, so a program is a tree.
#[derive(Clone, Debug)]
struct Step {
    operation: &'static str,
    /// Parents with whether data is shuffled on the way.
    parents: Vec<(usize, bool)>,
    partitions: i64,
    /// Partitioned by the hash partitioner that all shuffles use.
    partitioned: bool,
}

const NAMES: [&str; 12] = ["A", "B", "C", "D", "E", "F", "G", "H", "J", "K", "L", "M"];

impl Family for ReExecution {
    fn name(&self) -> &'static str {
        "batch.re-execution"
    }

    fn title(&self) -> &'static str {
        "tell what runs again after a failure, and in which stages"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word(
                    "asks",
                    "what is asked",
                    &["map-reduce", "stages", "tasks", "recompute"],
                    &[],
                )
                .graded_words([
                    &["map-reduce", "stages"],
                    &["stages", "tasks", "recompute"],
                    &["map-reduce", "stages", "tasks", "recompute"],
                ]),
                Parameter::integer("steps", "steps of a Spark program behind its first input", (2, 6), &[])
                    .graded([&[4, 5, 6], &[3, 4], &[4, 5, 6]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            REDUCES_TOO,
            MAPS_KEPT,
            RUNNING_KEPT,
            ONLY_SHUFFLES,
            EACH_STEP,
            JOIN_ONCE,
            COPARTITIONED,
            CACHE_IGNORED,
            EACH_DATA_SET,
            LAST_STAGE,
            NARROW_ONLY,
            WHOLE_SETS,
            LOST_ONLY,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        match with.word("asks") {
            "map-reduce" => map_reduce(draw, difficulty),
            asks => spark(asks, with.count("steps"), draw, difficulty),
        }
    }
}

fn map_reduce(draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let workers = difficulty.of([3, 4, 5]);
    let failing = difficulty.of([1, 1, 2]);
    // By worker: maps done and running, reduces done and running.
    let tasks: Vec<[usize; 4]> = (0..workers)
        .map(|_| [draw.range(1, 6), draw.range(0, 2), draw.range(1, 3), draw.range(0, 2)])
        .collect();
    let failed = draw.subset(&(0..workers).collect::<Vec<_>>(), failing);
    let rows: Vec<Vec<String>> = tasks
        .iter()
        .enumerate()
        .map(|(worker, counts)| {
            std::iter::once(format!("W{}", worker + 1))
                .chain(counts.iter().map(ToString::to_string))
                .collect()
        })
        .collect();
    let picture =
        diagram::table(&["worker", "maps done", "maps running", "reduces done", "reduces running"], &rows);
    let total = |kinds: &[usize]| -> usize {
        failed
            .iter()
            .flat_map(|&worker| kinds.iter().map(move |&kind| (worker, kind)))
            .map(|(worker, kind)| tasks[worker][kind])
            .sum()
    };
    let right = total(&[0, 1, 3]);
    let names: Vec<String> = failed.iter().map(|worker| format!("W{}", worker + 1)).collect();
    let parts: Vec<String> = failed
        .iter()
        .map(|&worker| {
            let [done, running, _, reducing] = tasks[worker];
            format!("W{}: maps done {done}, maps running {running}, reduces running {reducing}", worker + 1)
        })
        .collect();
    Instance::new(
        format!(
            "A MapReduce job as in Google's paper, with these tasks on its workers:\n\n{}\n\nSome reduce tasks have not begun \
             yet. Now **{}** fail{} for good. **How many tasks** must be executed again from their beginning?",
            picture.fence(),
            text::list(&names),
            if failed.len() == 1 { "s" } else { "" }
        ),
        answer::count(right),
        format!(
            "Map output lies on the worker's own disk, so finished maps run again; finished reduces do not, for their output is \
             in the distributed file system. {}: {right}.",
            parts.join("; ")
        ),
        json!({ "asks": "map-reduce", "tasks": tasks, "failed": failed }),
    )
    .spoken(picture.spoken)
    .mistake(total(&[1, 3]), MAPS_KEPT)
    .mistake(total(&[0, 1, 2, 3]), REDUCES_TOO)
    .mistake(total(&[0]), RUNNING_KEPT)
}

/// Adds a step on one parent.
fn push(program: &mut Vec<Step>, operation: &'static str, parent: usize, shuffled: i64) -> usize {
    let from = &program[parent];
    let (wide, partitioned) = match operation {
        "map" | "flatMap" => (false, false),
        "filter" | "mapValues" => (false, from.partitioned),
        _ => (!from.partitioned, true),
    };
    let partitions = if wide { shuffled } else { from.partitions };
    program.push(Step { operation, parents: vec![(parent, wide)], partitions, partitioned });
    program.len() - 1
}

fn join(program: &mut Vec<Step>, left: usize, right: usize, shuffled: i64) -> usize {
    let parents = [left, right].map(|parent| (parent, !program[parent].partitioned)).to_vec();
    program.push(Step { operation: "join", parents, partitions: shuffled, partitioned: true });
    program.len() - 1
}

fn source(program: &mut Vec<Step>, partitions: i64) -> usize {
    program.push(Step { operation: "textFile", parents: Vec::new(), partitions, partitioned: false });
    program.len() - 1
}

/// Grows a chain of steps; `plain` forbids what would be narrow only because it is partitioned already.
fn chain(
    program: &mut Vec<Step>,
    mut at: usize,
    steps: usize,
    shuffled: i64,
    plain: bool,
    draw: &mut Draw,
) -> usize {
    for step in 0..steps {
        let partitioned = program[at].partitioned;
        let keyed = step > 0 || program[at].operation != "textFile";
        let operation = if !keyed {
            *draw.pick(&["map", "flatMap"])
        } else if draw.chance(2, 5) && !(plain && partitioned) {
            *draw.pick(&["reduceByKey", "groupByKey"])
        } else {
            *draw.pick(&["map", "filter", "mapValues", "mapValues", "filter"])
        };
        at = push(program, operation, at, shuffled);
    }
    at
}

fn shuffles(program: &[Step], used: &[bool]) -> usize {
    (0..program.len())
        .filter(|&step| used[step])
        .flat_map(|step| &program[step].parents)
        .filter(|&&(parent, wide)| wide && used[parent])
        .count()
}

/// What the last step needs, where one step may be kept in memory: that one is used, but nothing it came from.
fn used(program: &[Step], kept: Option<usize>) -> Vec<bool> {
    let mut used = vec![false; program.len()];
    let mut open = vec![program.len() - 1];
    while let Some(step) = open.pop() {
        used[step] = true;
        if kept != Some(step) {
            open.extend(program[step].parents.iter().map(|&(parent, _)| parent));
        }
    }
    used
}

/// Partitions of each step that one lost partition of the last one needs; with `narrow` as if nothing were shuffled.
fn needed(program: &[Step], kept: Option<usize>, narrow: bool) -> Vec<i64> {
    let mut needed = vec![0; program.len()];
    needed[program.len() - 1] = 1;
    for step in (0..program.len()).rev() {
        for &(parent, wide) in &program[step].parents {
            if needed[step] > 0 && kept != Some(parent) {
                needed[parent] = if wide && !narrow { program[parent].partitions } else { needed[step] };
            }
        }
    }
    needed
}

/// Tasks of a job: for each stage as many as its last data set has partitions.
fn tasks(program: &[Step], used: &[bool]) -> Vec<(usize, i64)> {
    let ends_stage = |step: usize| {
        step == program.len() - 1 || program.iter().any(|child| child.parents.contains(&(step, true)))
    };
    (0..program.len())
        .filter(|&step| used[step] && ends_stage(step))
        .map(|step| (step, program[step].partitions))
        .collect()
}

struct Drawn {
    program: Vec<Step>,
    kept: Option<usize>,
    inputs: i64,
    shuffled: i64,
}

fn draw_program(asks: &str, steps: usize, draw: &mut Draw, difficulty: Difficulty) -> Drawn {
    let level = difficulty.level();
    // Few shuffles are likelier than many; each number is to come up as often.
    let wanted = draw.range(1, (steps / 2).max(1));
    draw.until(|draw| {
        let inputs = draw.integer(3, 8);
        let shuffled = draw.integer(2, 6);
        let mut program = Vec::new();
        let plain = level < 2;
        let first = source(&mut program, inputs);
        let joined = level > 0 && draw.chance(2, 3);
        if joined {
            let before = steps.saturating_sub(2).clamp(1, 3);
            let left = chain(&mut program, first, before, shuffled, plain, draw);
            let second = source(&mut program, inputs);
            let length = draw.range(1, 2);
            let right = chain(&mut program, second, length, shuffled, plain, draw);
            if plain && (program[left].partitioned || program[right].partitioned) {
                return None;
            }
            let both = join(&mut program, left, right, shuffled);
            chain(&mut program, both, 1, shuffled, plain, draw);
        } else {
            chain(&mut program, first, steps, shuffled, plain, draw);
        }
        let last = program.len() - 1;
        let all = used(&program, None);
        let wide = shuffles(&program, &all);
        let saved = program
            .iter()
            .filter(|step| matches!(step.operation, "reduceByKey" | "groupByKey" | "join"))
            .flat_map(|step| &step.parents)
            .filter(|&&(_, wide)| !wide)
            .count();
        let kept = (level == 2 && (asks == "recompute" || draw.coin())).then(|| draw.range(1, last - 1));
        if kept.is_some_and(|kept| program[kept].parents.is_empty()) {
            return None;
        }
        // Something is shuffled; the hard step has its trap.
        let fits = wide >= 1
            && (level > 0 || wide == wanted)
            && program.len() <= NAMES.len()
            && inputs != shuffled
            && (level < 2 || saved >= 1 || kept.is_some());
        fits.then_some(Drawn { program, kept, inputs, shuffled })
    })
}

fn shown(program: &[Step]) -> diagram::Picture {
    let line = |(at, step): (usize, &Step)| match step.parents.as_slice() {
        [] => format!("{} = textFile(…)", NAMES[at]),
        [(parent, _)] => format!("{} = {}.{}(…)", NAMES[at], NAMES[*parent], step.operation),
        [(left, _), (right, _), ..] => format!("{} = {}.join({})", NAMES[at], NAMES[*left], NAMES[*right]),
    };
    let told = |(at, step): (usize, &Step)| match step.parents.as_slice() {
        [] => format!("{} is read from a file.", NAMES[at]),
        [(parent, _)] => format!("{} is {} of {}.", NAMES[at], step.operation, NAMES[*parent]),
        [(left, _), (right, _), ..] => {
            format!("{} is the join of {} with {}.", NAMES[at], NAMES[*left], NAMES[*right])
        }
    };
    diagram::Picture {
        text: program.iter().enumerate().map(line).collect::<Vec<_>>().join("\n"),
        spoken: program.iter().enumerate().map(told).collect::<Vec<_>>().join("\n"),
    }
}

fn spark(asks: &str, steps: usize, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let Drawn { program, kept, inputs, shuffled } = draw_program(asks, steps, draw, difficulty);
    let last = program.len() - 1;
    let picture = shown(&program);
    let memory = match kept {
        Some(kept) => {
            format!(" **{} is kept in memory**, all partitions of it, by an earlier job.", NAMES[kept])
        }
        None => " Nothing is kept from earlier jobs.".to_owned(),
    };
    let story = format!(
        "A Spark program:\n\n{}\n\nEach file has **{inputs} partitions**. `reduceByKey`, `groupByKey` and `join` use one and the \
         same hash partitioner with **{shuffled} partitions**; `filter` and `mapValues` keep a partitioning, `map` and `flatMap` \
         lose it.",
        picture.fence()
    );
    let told: Vec<serde_json::Value> = program
        .iter()
        .map(|step| json!({ "operation": step.operation, "parents": step.parents.iter().map(|(parent, _)| *parent).collect::<Vec<_>>() }))
        .collect();
    let values =
        json!({ "asks": asks, "program": told, "inputs": inputs, "shuffled": shuffled, "kept": kept });
    let used_now = used(&program, kept);
    let wide_now = shuffles(&program, &used_now);
    let wide_list: Vec<String> = (0..program.len())
        .filter(|&step| used_now[step])
        .flat_map(|step| {
            program[step]
                .parents
                .iter()
                .filter(|&&(parent, wide)| wide && used_now[parent])
                .map(move |&(parent, _)| format!("{} → {}", NAMES[parent], NAMES[step]))
        })
        .collect();
    let shuffle_text = if wide_list.is_empty() {
        "nothing is shuffled".to_owned()
    } else {
        format!("shuffled is {}", text::list(&wide_list))
    };
    let stop = kept.map_or_else(String::new, |kept| {
        format!("{} is there, what it came from is not needed; ", NAMES[kept])
    });
    let all = used(&program, None);
    let instance = match asks {
        "stages" => {
            let keyed: Vec<usize> = (0..=last)
                .filter(|&step| {
                    used_now[step]
                        && kept != Some(step)
                        && matches!(program[step].operation, "reduceByKey" | "groupByKey" | "join")
                })
                .collect();
            let inputs_of_keyed: usize = keyed.iter().map(|&step| program[step].parents.len()).sum();
            Instance::new(
                format!(
                    "{story}{memory} An action runs on **{}**. **How many stages** does its job run?",
                    NAMES[last]
                ),
                answer::count(wide_now + 1),
                capital(&format!("{stop}{shuffle_text}: {wide_now} + 1 = {} stages.", wide_now + 1)),
                values,
            )
            .mistake(shuffles(&program, &all) + 1, CACHE_IGNORED)
            .mistake(wide_now, ONLY_SHUFFLES)
            .mistake(inputs_of_keyed + 1, COPARTITIONED)
            .mistake(keyed.len() + 1, JOIN_ONCE)
            .mistake(used_now.iter().filter(|&&used| used).count(), EACH_STEP)
        }
        "tasks" => {
            let stages = tasks(&program, &used_now);
            let total: i64 = stages.iter().map(|(_, tasks)| tasks).sum();
            let of_stages: Vec<String> =
                stages.iter().map(|(step, tasks)| format!("{tasks} (up to {})", NAMES[*step])).collect();
            let each: i64 =
                (0..=last).filter(|&step| used_now[step]).map(|step| program[step].partitions).sum();
            let uncached: i64 = tasks(&program, &all).iter().map(|(_, tasks)| tasks).sum();
            Instance::new(
                format!("{story}{memory} An action runs on **{}**. **How many tasks** does its job run, over all its stages?", NAMES[last]),
                answer::count(total as usize),
                capital(&format!("{stop}{shuffle_text}. Tasks by stage, one for each partition: {} = {total}.", of_stages.join(" + "))),
                values,
            )
            .mistake(uncached, CACHE_IGNORED)
            .mistake(each, EACH_DATA_SET)
            .mistake(program[last].partitions, LAST_STAGE)
        }
        _ => {
            let need = needed(&program, kept, false);
            let total: i64 = need.iter().sum();
            let parts: Vec<String> = (0..=last)
                .rev()
                .filter(|&step| need[step] > 0)
                .map(|step| format!("{} of {}", need[step], NAMES[step]))
                .collect();
            let whole: i64 = (0..=last)
                .filter(|&step| used_now[step] && kept != Some(step))
                .map(|step| program[step].partitions)
                .sum();
            Instance::new(
                format!(
                    "{story}{memory} The result **{}** was in memory too, but **one partition of it is lost**; outputs of shuffles \
                     are gone as well. **How many partitions** are computed again, over all data sets, the lost one included? \
                     (Those of a file, which are read again, count too.)",
                    NAMES[last]
                ),
                answer::count(total as usize),
                capital(&format!("{stop}{shuffle_text}, and there every partition is needed: {} = {total}.", parts.join(" + "))),
                values,
            )
            .mistake(needed(&program, None, false).iter().sum::<i64>(), CACHE_IGNORED)
            .mistake(needed(&program, kept, true).iter().sum::<i64>(), NARROW_ONLY)
            .mistake(whole, WHOLE_SETS)
            .mistake(1_i64, LOST_ONLY)
        }
    };
    instance.spoken(picture.spoken)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| {
        if text.starts_with(|c: char| c.is_ascii_lowercase()) {
            first.to_uppercase().chain(chars).collect()
        } else {
            text.to_owned()
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_are_cut_at_shuffles() {
        // textFile → map → reduceByKey → filter → count: 2 stages.
        let mut program = Vec::new();
        let file = source(&mut program, 4);
        let pairs = push(&mut program, "map", file, 3);
        let counts = push(&mut program, "reduceByKey", pairs, 3);
        let big = push(&mut program, "filter", counts, 3);
        assert_eq!(shuffles(&program, &used(&program, None)) + 1, 2);
        assert_eq!(tasks(&program, &used(&program, None)), [(1, 4), (3, 3)]);
        assert_eq!(needed(&program, None, false), [4, 4, 1, 1]);
        // Grouped again by the same partitioner, nothing moves.
        push(&mut program, "groupByKey", big, 3);
        assert_eq!(shuffles(&program, &used(&program, None)), 1);
        assert_eq!(needed(&program, Some(counts), false), [0, 0, 0, 1, 1]);
    }
}
