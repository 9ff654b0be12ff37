//! `election.bully`: the messages of a bully election.

use serde_json::json;

use crate::problem::text::list;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &ElectionBully;

struct ElectionBully;

const FIRST_ONLY: &str = "each process that answers holds an election of its own";
const LIVE_ONLY: &str = "messages to crashed processes are sent, and counted, too";
const AGAIN_EACH_TIME: &str = "a process asked twice still holds one election only";
const NO_ANSWERS: &str = "you left out the answers";
const NO_ANNOUNCEMENT: &str = "you left out the announcement of the winner";
const TOLD_LIVE_ONLY: &str = "the winner announces itself to crashed processes with smaller ids too";
const TOLD_ALL: &str = "the winner announces itself to smaller ids only";
const FROM_BELOW: &str =
    "processes with smaller ids than the one that noticed do not take part in the election";

impl Family for ElectionBully {
    fn name(&self) -> &'static str {
        "election.bully"
    }

    fn title(&self) -> &'static str {
        "count the messages of a bully election"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "which messages are counted", ASKS, &[]).graded_words([
                    &["elections", "answers"],
                    &["elections", "answers", "all", "all"],
                    &["all", "all", "elections"],
                ]),
                Parameter::integer("processes", "processes, crashed ones included", (4, 14), &[]).graded([
                    &[5, 6, 7, 8, 9],
                    &[6, 7, 8, 9],
                    &[8, 9, 10, 11],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            FIRST_ONLY,
            LIVE_ONLY,
            AGAIN_EACH_TIME,
            NO_ANSWERS,
            NO_ANNOUNCEMENT,
            TOLD_LIVE_ONLY,
            TOLD_ALL,
            FROM_BELOW,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let n = with.count("processes");
        let mut ids: Vec<i64> =
            if difficulty.level() == 2 { draw.distinct(n, 2, 60) } else { (1..=n as i64).collect() };
        ids.sort_unstable();
        let crashed_too = difficulty.of([0, 1, draw.range(1, 2)]).min(n - 4);
        // The coordinator has crashed, and perhaps others; one of the live ones that is not the largest notices.
        let mut live: Vec<usize> = draw.subset(&(0..n - 1).collect::<Vec<_>>(), n - 1 - crashed_too);
        live.sort_unstable();
        let noticed = live[draw.range(0, live.len() - 2)];
        let run = Run { n, live, noticed };
        let crashed: Vec<i64> = (0..n).filter(|at| !run.live.contains(at)).map(|at| ids[at]).collect();
        let asks = with.word("asks");
        let values = json!({ "asks": asks, "ids": ids, "crashed": crashed, "noticed": ids[run.noticed] });

        let (elections, answers, told) = (run.elections(), run.answers(), run.winner());
        let names = if difficulty.level() == 2 {
            format!("Processes have the ids {}", list(&ids))
        } else {
            format!("**{n}** processes have the ids 1 to {n}")
        };
        let gone = format!(
            "{} {} crashed and stay{} down",
            list(&crashed),
            if crashed.len() == 1 { "has" } else { "have" },
            if crashed.len() == 1 { "s" } else { "" }
        );
        let rule = format!(
            "{names}. {gone}. Process **{}** notices that the coordinator is gone and starts a **bully election**. A process that \
             holds an election sends ELECTION to **every** process with a larger id, crashed ones included, since it does not know \
             which are down. A live process that receives ELECTION answers OK to each sender, and holds an election itself, \
             once only. A process that gets no OK has won and sends COORDINATOR to every process with a **smaller** id, \
             crashed ones included. Live processes answer well in time, and nobody else notices the crash.",
            ids[run.noticed]
        );
        let each: Vec<String> = run.holders().map(|at| format!("{} sends {}", ids[at], n - 1 - at)).collect();
        let winner = ids[told];
        let election_steps = format!("ELECTION: {}, together {elections}", each.join(", "));
        let answer_steps =
            format!("OK: each ELECTION that reaches a live process is answered, {answers} in all");
        let live_only: usize = run.holders().map(|at| run.live_above(at)).sum();
        let from_below: usize = run.live.iter().map(|&at| n - 1 - at).sum();
        match asks {
            "elections" => Instance::new(
                format!("{rule} How many **ELECTION** messages are sent in all?"),
                answer::count(elections),
                format!("{election_steps}."),
                values,
            )
            .mistake(live_only, LIVE_ONLY)
            .mistake(n - 1 - run.noticed, FIRST_ONLY)
            .mistake(run.repeated(), AGAIN_EACH_TIME)
            .mistake(from_below, FROM_BELOW),
            "answers" => Instance::new(
                format!("{rule} How many **OK** messages are sent in all?"),
                answer::count(answers),
                format!("{answer_steps}: the holders of elections have {} live processes above them.", {
                    let above: Vec<String> = run.holders().map(|at| run.live_above(at).to_string()).collect();
                    list(&above)
                }),
                values,
            )
            .mistake(run.live_above(run.noticed), FIRST_ONLY)
            .mistake(elections, LIVE_ONLY),
            _ => {
                let right = elections + answers + told;
                Instance::new(
                    format!("{rule} How many messages are sent in all: ELECTION, OK and COORDINATOR together?"),
                    answer::count(right),
                    format!(
                        "{election_steps}. {answer_steps}. COORDINATOR: {winner} wins and tells the {} processes with smaller ids. \
                         {elections} + {answers} + {told} = {right}.",
                        told
                    ),
                    values,
                )
                .mistake(elections + told, NO_ANSWERS)
                .mistake(elections + answers, NO_ANNOUNCEMENT)
                .mistake(live_only + answers + told, LIVE_ONLY)
                .mistake(elections + answers + run.live.len() - 1, TOLD_LIVE_ONLY)
                .mistake(elections + answers + n - 1, TOLD_ALL)
                .mistake(n - 1 - run.noticed + run.live_above(run.noticed) + told, FIRST_ONLY)
            }
        }
    }
}

const ASKS: &[&str] = &["elections", "answers", "all"];

/// Processes by rank, 0 for the smallest id.
struct Run {
    n: usize,
    live: Vec<usize>,
    noticed: usize,
}

impl Run {
    /// Who holds an election: whoever noticed, and all live ones above, since each is asked.
    fn holders(&self) -> impl Iterator<Item = usize> {
        self.live.iter().copied().filter(|&at| at >= self.noticed)
    }

    fn live_above(&self, at: usize) -> usize {
        self.live.iter().filter(|&&other| other > at).count()
    }

    fn elections(&self) -> usize {
        self.holders().map(|at| self.n - 1 - at).sum()
    }

    fn answers(&self) -> usize {
        self.holders().map(|at| self.live_above(at)).sum()
    }

    /// The rank of the winner, which is the number of processes with smaller ids too.
    fn winner(&self) -> usize {
        self.live.iter().copied().max().unwrap_or(0)
    }

    /// ELECTION messages if each one received started an election again.
    fn repeated(&self) -> usize {
        let holders: Vec<usize> = self.holders().collect();
        let mut times = vec![0_usize; holders.len()];
        times[0] = 1;
        for index in 1..holders.len() {
            times[index] = times[..index].iter().sum();
        }
        holders.iter().zip(times).map(|(&at, times)| (self.n - 1 - at) * times).sum()
    }
}
