//! `agreement.costs`: rounds, messages and tree sizes of synchronous agreement, and deciding from a tree with a liar.

use serde_json::json;

use crate::problem::diagram::table;
use crate::problem::text::{plural, thousands};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &AgreementCosts;

struct AgreementCosts;

const NO_CLEAN_ROUND: &str = "with f rounds each may see a crash; one round without is needed";
const FAULTS_PLUS_ALL: &str =
    "you took a round for each process; only a round for each crash and one more are needed";
const CONSENSUS_ROUNDS: &str =
    "those are the rounds for one common value; up to k values may be decided here";
const ROUNDED_UP: &str = "you rounded f/k up; whole rounds in which fewer than k crash are what counts";
const ONE_ROUND: &str = "you counted one round only";
const SELF_SENDS: &str = "you let processes send to themselves";
const ONE_ROUND_SHORT: &str = "you counted f rounds; the algorithm runs f + 1";
const REPEATED_LABELS: &str = "you let a process occur twice in a label; all its processes differ";
const LEVEL_OFF: &str = "you were one level off; the root, with the empty label, is level 0";
const UNORDERED: &str = "you counted sets; labels are sequences, so their order matters";
const TOP_ONLY: &str = "you decided from the first round's values alone, without resolving the second round";
const ALL_AT_ONCE: &str =
    "you took one majority over all the reports; each process's value is resolved first";
const LAST_LEVEL: &str = "you counted the last level only";
const TIE_TO_ONE: &str = "you let a tie be 1; without a strict majority the default holds";

impl Family for AgreementCosts {
    fn name(&self) -> &'static str {
        "agreement.costs"
    }

    fn title(&self) -> &'static str {
        "reckon the cost of synchronous agreement"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::integer("processes", "processes in the system", (4, 16), &[]).graded([
                    &[4, 5, 6, 7, 8],
                    &[5, 6, 7, 8, 9],
                    &[5, 6, 7, 8],
                ]),
                Parameter::integer("faults", "faulty processes to survive", (1, 9), &[]).graded([
                    &[1, 2, 3, 4, 5, 6],
                    &[2, 3, 4, 5, 6, 7],
                    &[3, 4, 5, 6, 7, 8, 9],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            NO_CLEAN_ROUND,
            FAULTS_PLUS_ALL,
            CONSENSUS_ROUNDS,
            ROUNDED_UP,
            ONE_ROUND,
            SELF_SENDS,
            ONE_ROUND_SHORT,
            REPEATED_LABELS,
            LEVEL_OFF,
            UNORDERED,
            TOP_ONLY,
            ALL_AT_ONCE,
            LAST_LEVEL,
            TIE_TO_ONE,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let n = with.count("processes");
        // At most n − 2 crashes: with one process left there is nobody to agree with.
        let f = with.count("faults").min(n - 2);
        let asks = difficulty.of([
            &["rounds", "messages"][..],
            &["set-rounds", "messages", "labels"],
            &["set-rounds", "tree-size", "tree", "tree"],
        ]);
        match *draw.pick(asks) {
            "rounds" => rounds(n, f),
            "messages" => messages(n, f),
            "set-rounds" => set_rounds(with.count("faults"), draw),
            "labels" => labels(n, draw),
            "tree-size" => tree_size(n, draw),
            _ => tree(draw),
        }
    }
}

fn rounds(n: usize, f: usize) -> Instance {
    Instance::new(
        format!(
            "**{n}** processes in a **synchronous** system, each connected to each, must agree on one value; up to **{f}** \
             of them may **crash**, even in the middle of sending. How many rounds of messages does it take in the worst \
             case (the number that is enough and necessary)?"
        ),
        answer::count(f + 1),
        format!(
            "With {f} crashes and f + 1 = {} rounds, one round at least has no crash; after it all know the same. \
             With fewer rounds each could hide a crash.",
            f + 1
        ),
        json!({ "asks": "rounds", "processes": n, "faults": f }),
    )
    .mistake(f, NO_CLEAN_ROUND)
    .mistake(n, FAULTS_PLUS_ALL)
}

fn messages(n: usize, f: usize) -> Instance {
    let right = (f + 1) * n * (n - 1);
    Instance::new(
        format!(
            "FloodSet runs in a **synchronous** system of **{n}** processes to survive up to **{f}** crashes: in each round \
             every process sends all the values it knows to every **other** process. It runs for as many rounds as it needs \
             for {f} crashes. How many messages are sent in a run in which **nobody** crashes?"
        ),
        answer::count(right),
        format!(
            "f + 1 = {} rounds (no process stops early), in each {n} · {} messages: {} in all.",
            f + 1,
            n - 1,
            thousands(right as u64)
        ),
        json!({ "asks": "messages", "processes": n, "faults": f }),
    )
    .mistake(f * n * (n - 1), ONE_ROUND_SHORT)
    .mistake((f + 1) * n * n, SELF_SENDS)
    .mistake(n * (n - 1), ONE_ROUND)
}

fn set_rounds(f: usize, draw: &mut Draw) -> Instance {
    let k = draw.range(2, 4);
    // Often not a multiple: there the rounding shows.
    let f = f * draw.range(1, 3) + draw.range(0, k - 1);
    let right = f / k + 1;
    Instance::new(
        format!(
            "Processes in a **synchronous** system solve **{k}-set agreement**: at most {k} different values may be decided \
             in all. Up to **{f}** of them may **crash**; there are many more processes than that. How many rounds are \
             enough and necessary?"
        ),
        answer::count(right),
        format!(
            "⌊f/k⌋ + 1 = ⌊{f}/{k}⌋ + 1 = {right}: in that many rounds there must be one with fewer than {k} crashes, and \
             after it at most {k} smallest values are left."
        ),
        json!({ "asks": "set-rounds", "faults": f, "values": k }),
    )
    .mistake(f + 1, CONSENSUS_ROUNDS)
    .mistake(f.div_ceil(k) + 1, ROUNDED_UP)
    .mistake(f / k, NO_CLEAN_ROUND)
}

/// Sequences of `length` different processes out of `n`.
fn sequences(n: usize, length: usize) -> usize {
    (0..length).map(|taken| n - taken).product()
}

fn labels(n: usize, draw: &mut Draw) -> Instance {
    let level = draw.range(2, 3);
    let right = sequences(n, level);
    let factors: Vec<String> = (0..level).map(|taken| (n - taken).to_string()).collect();
    let sets = right / sequences(level, level);
    Instance::new(
        format!(
            "In exponential information gathering (EIG) each process keeps a tree. The root, with the empty label, is level \
             0; a node at level j has as its label a sequence of j **different** processes (who told whom). How many nodes \
             are at level **{level}** with **{n}** processes?"
        ),
        answer::count(right),
        format!("{} = {}.", factors.join(" · "), thousands(right as u64)),
        json!({ "asks": "labels", "processes": n, "level": level }),
    )
    .mistake(n.pow(level as u32), REPEATED_LABELS)
    .mistake(sequences(n, level - 1), LEVEL_OFF)
    .mistake(sets, UNORDERED)
}

fn tree_size(n: usize, draw: &mut Draw) -> Instance {
    let f = draw.range(1, 2);
    let right: usize = (0..=f + 1).map(|level| sequences(n, level)).sum();
    let levels: Vec<String> = (0..=f + 1).map(|level| sequences(n, level).to_string()).collect();
    let repeated: usize = (0..=f + 1).map(|level| n.pow(level as u32)).sum();
    Instance::new(
        format!(
            "Exponential information gathering (EIG) runs with **{n}** processes for f + 1 rounds, f = **{f}**. Each process \
             keeps a tree whose levels are 0 (the root, with the empty label) to f + 1; a node at level j has as its label a \
             sequence of j **different** processes. How many nodes does the tree have in all, the root among them?"
        ),
        answer::count(right),
        format!("Level by level: {} = {}.", levels.join(" + "), thousands(right as u64)),
        json!({ "asks": "tree-size", "processes": n, "faults": f }),
    )
    .mistake(right - sequences(n, f + 1), LEVEL_OFF)
    .mistake(repeated, REPEATED_LABELS)
    .mistake(sequences(n, f + 1), LAST_LEVEL)
}

/// What one process of four has gathered after two rounds; process 4 or another lies.
fn tree(draw: &mut Draw) -> Instance {
    let names = ["P1", "P2", "P3", "P4"];
    let (values, told, liar) = draw.until(|draw| {
        let liar = draw.range(1, 3);
        let values: Vec<u8> = (0..4).map(|_| u8::from(draw.coin())).collect();
        let told: Vec<Vec<u8>> = (0..4)
            .map(|of| {
                (0..4)
                    .map(|by| {
                        let lies = by == liar || (of == liar && by != 0);
                        if lies { u8::from(draw.coin()) } else { values[of] }
                    })
                    .collect()
            })
            .collect();
        // The drawn liar lies: to somebody it says something else, or passes on something else.
        let passed_on = (0..4).filter(|&of| of != liar).any(|of| told[of][liar] != values[of]);
        let split = (1..4).filter(|&by| by != liar).any(|by| told[liar][by] != values[liar]);
        (passed_on && split).then_some((values, told, liar))
    });
    let resolve = |reports: &[u8]| {
        let ones = reports.iter().filter(|&&value| value == 1).count();
        u8::from(2 * ones > reports.len())
    };
    let reports = |of: usize| (0..4).filter(|&by| by != of).map(|by| told[of][by]).collect::<Vec<u8>>();
    let resolved: Vec<u8> = (0..4).map(|of| resolve(&reports(of))).collect();
    let decision = resolve(&resolved);
    let rows: Vec<Vec<String>> = (0..4)
        .map(|of| {
            let mut row = vec![names[of].to_owned(), values[of].to_string()];
            row.extend((0..4).map(|by| if by == of { "-".to_owned() } else { told[of][by].to_string() }));
            row
        })
        .collect();
    let picture = table(&["of", "said", "by P1", "by P2", "by P3", "by P4"], &rows);
    let all: Vec<u8> = resolved.iter().copied().chain([decision]).collect();
    let steps: Vec<String> =
        (0..4).map(|of| format!("{}: {:?} gives {}", names[of], reports(of), resolved[of])).collect();
    let with = |resolved: &[u8], decision: u8| {
        let all: Vec<String> = resolved.iter().chain([&decision]).map(ToString::to_string).collect();
        format!("({})", all.join(", "))
    };
    let everything: Vec<u8> = (0..4).flat_map(reports).collect();
    let ties: u8 = {
        let ones = resolved.iter().filter(|&&value| value == 1).count();
        u8::from(2 * ones >= 4)
    };
    Instance::new(
        format!(
            "Four processes run Byzantine agreement by EIG for two rounds; one of them may lie. This is what **P1** has \
             gathered: what each process *said* its own value was (round 1), and what others reported that it had said to \
             them (round 2).\n\n{}\n\nP1 resolves the value of each process by strict majority of the three reports *by* \
             the others (P1's own report is what P1 was told). Then it decides by strict majority of the four resolved \
             values; without a strict majority, the default is 0. Give the resolved values of P1 to P4 and then the \
             decision: five digits in this order, with commas between.",
            picture.fence()
        ),
        answer::tuple(&all),
        format!(
            "{}. Of {resolved:?} the strict majority is {decision}{}.",
            steps.join("; "),
            if decision == 0 && ties == 1 { " by default (two against two)" } else { "" }
        ),
        json!({ "asks": "tree", "said": values, "told": told, "liar": names[liar] }),
    )
    .spoken(picture.spoken)
    .mistake(with(&values, resolve(&values)), TOP_ONLY)
    .mistake(with(&resolved, resolve(&everything)), ALL_AT_ONCE)
    .mistake(with(&resolved, ties), TIE_TO_ONE)
    .hint(format!("Each process has {}.", plural(3, "report")))
}
