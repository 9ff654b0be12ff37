//! `quorum.faults`: how many servers a replicated system needs, and how many it may lose, by model of fault.

use serde_json::json;

use crate::problem::text::plural;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &QuorumFaults(2);

/// By version. Version 1 did not ask about signed messages.
struct QuorumFaults(u32);

const HALF: &str = "half of the servers is not a majority: two halves need not meet";
const SWAPPED: &str = "you mixed up how many must stay up with how many may fail";
const ONE_LEFT: &str = "too few are left: they must still be a majority";
const CRASH_BOUND: &str = "that is the bound for crashes; a faulty server here may lie";
const BYZANTINE_BOUND: &str = "that is the bound for agreement among servers that may lie; this needs fewer";
const EQUAL_BOUND: &str =
    "one server short: at exactly that number the faulty ones can still block or deceive";
const NO_QUORUM_NEEDED: &str = "no majority is needed here: one working copy is enough";
const PLAIN_MAJORITY: &str = "two plain majorities may meet in faulty servers only";
const SHARED_LIAR: &str = "f + 1 servers contain a correct one, but two such sets need not share it";
const UNSIGNED: &str =
    "a third is the bound without signatures; here a liar cannot pass on what others never said";
const WEAKER_BOUND: &str = "this algorithm needs more than the problem itself does";

/// What is asked; `n` stands for servers, `f` for faults.
#[derive(Clone, Copy)]
enum Ask {
    Majority,
    CrashTolerated,
    CrashServers,
    ByzantineTolerated,
    ByzantineServers,
    ByzantineQuorum,
    ManagedServers,
    VotingServers,
    SilentServers,
    SynchronousCrash,
    SynchronousByzantine,
    BenOrCrash,
    BenOrByzantine,
    SynchronousSigned,
}

use Ask::*;

const EASY: &[Ask] = &[Majority, CrashTolerated, CrashServers];
const MIDDLE: &[Ask] =
    &[CrashTolerated, CrashServers, ByzantineTolerated, ByzantineServers, ByzantineQuorum, ManagedServers];
const HARD_1: &[Ask] = &[
    ByzantineTolerated,
    ByzantineQuorum,
    ManagedServers,
    VotingServers,
    SilentServers,
    SynchronousCrash,
    SynchronousByzantine,
    BenOrCrash,
    BenOrByzantine,
];
const HARD: &[Ask] = &[
    ByzantineTolerated,
    ByzantineQuorum,
    ManagedServers,
    VotingServers,
    SilentServers,
    SynchronousCrash,
    SynchronousByzantine,
    SynchronousSigned,
    BenOrCrash,
    BenOrByzantine,
];

impl Ask {
    fn name(self) -> &'static str {
        match self {
            Majority => "majority",
            CrashTolerated => "crash-tolerated",
            CrashServers => "crash-servers",
            ByzantineTolerated => "byzantine-tolerated",
            ByzantineServers => "byzantine-servers",
            ByzantineQuorum => "byzantine-quorum",
            ManagedServers => "managed-servers",
            VotingServers => "voting-servers",
            SilentServers => "silent-servers",
            SynchronousCrash => "synchronous-crash",
            SynchronousByzantine => "synchronous-byzantine",
            BenOrCrash => "ben-or-crash",
            BenOrByzantine => "ben-or-byzantine",
            SynchronousSigned => "synchronous-signed",
        }
    }

    /// Tells whether the number of servers is given, not that of faults.
    fn given_servers(self) -> bool {
        matches!(self, Majority | CrashTolerated | ByzantineTolerated | SynchronousSigned)
    }
}

impl Family for QuorumFaults {
    fn name(&self) -> &'static str {
        "quorum.faults"
    }

    fn title(&self) -> &'static str {
        "count servers, majorities and tolerated faults"
    }

    fn version(&self) -> u32 {
        self.0
    }

    fn earlier(&self) -> &'static [&'static dyn Family] {
        if self.0 == 2 { &[&Self(1)] } else { &[] }
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::integer("servers", "servers in the cluster, where that is given", (3, 25), &[])
                    .graded([&SERVERS_EASY, &SERVERS_HARD, &SERVERS_HARD]),
                Parameter::integer("faults", "faulty servers to survive, where that is given", (1, 8), &[])
                    .graded([&[1, 2, 3, 4, 5, 6], &[1, 2, 3, 4, 5], &[1, 2, 3, 4]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            HALF,
            SWAPPED,
            ONE_LEFT,
            CRASH_BOUND,
            BYZANTINE_BOUND,
            EQUAL_BOUND,
            NO_QUORUM_NEEDED,
            PLAIN_MAJORITY,
            SHARED_LIAR,
            WEAKER_BOUND,
            UNSIGNED,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let hard = if self.0 == 1 { HARD_1 } else { HARD };
        let ask = *draw.pick(difficulty.of([EASY, MIDDLE, hard]));
        let (n, f) = (with.count("servers"), with.count("faults"));
        let values = if ask.given_servers() {
            json!({ "asks": ask.name(), "servers": n })
        } else {
            json!({ "asks": ask.name(), "faults": f })
        };
        let new = |prompt: String, right: usize, solution: String| {
            Instance::new(prompt, answer::count(right), solution, values.clone())
        };
        let crashes = plural(f, "crashed server");
        let liars = plural(f, "Byzantine server");
        match ask {
            Majority => new(
                format!("How many servers make a majority of a cluster of **{n}**?"),
                n / 2 + 1,
                format!("More than half of {n}: ⌊{n}/2⌋ + 1 = {}.", n / 2 + 1),
            )
            .mistake(n / 2, HALF)
            .mistake((n - 1) / 2, SWAPPED),
            CrashTolerated => new(
                format!(
                    "A cluster of **{n}** servers commits by majority. Servers fail by crashing, messages may be late. \
                     How many servers may be down at once while the others still commit?"
                ),
                (n - 1) / 2,
                format!(
                    "A majority is {}; {n} − {} = {} may be down.",
                    n / 2 + 1,
                    n / 2 + 1,
                    (n - 1) / 2
                ),
            )
            .mistake(n / 2, HALF)
            .mistake(n / 2 + 1, SWAPPED)
            .mistake(n - 1, ONE_LEFT),
            CrashServers => new(
                format!(
                    "A system commits by majority; servers fail by crashing, messages may be late. \
                     What is the smallest number of servers with which it goes on despite **{crashes}**?"
                ),
                2 * f + 1,
                format!("What is left must be a majority: n − {f} > n/2, so n ≥ 2·{f} + 1 = {}.", 2 * f + 1),
            )
            .mistake(2 * f, HALF)
            .mistake(f + 1, ONE_LEFT)
            .mistake(3 * f + 1, BYZANTINE_BOUND),
            ByzantineTolerated => new(
                format!(
                    "**{n}** servers agree by a protocol in the manner of PBFT: partly synchronous network, faulty servers \
                     may behave arbitrarily. How many faulty servers does it survive at most?"
                ),
                (n - 1) / 3,
                format!("n ≥ 3f + 1, so f ≤ ({n} − 1)/3: {}.", (n - 1) / 3),
            )
            .mistake((n - 1) / 2, CRASH_BOUND)
            .mistake(n / 3, EQUAL_BOUND),
            ByzantineServers => new(
                format!(
                    "What is the smallest number of servers for agreement despite **{liars}**, \
                     in a partly synchronous network?"
                ),
                3 * f + 1,
                byzantine_solution(f),
            )
            .mistake(2 * f + 1, CRASH_BOUND)
            .mistake(3 * f, EQUAL_BOUND),
            ByzantineQuorum => new(
                format!(
                    "A Byzantine agreement protocol runs on the fewest servers that survive f = **{f}** Byzantine faults in \
                     a partly synchronous network, n = 3f + 1 = {}. How many servers must a quorum have at least, so \
                     that any two quorums share a correct server?",
                    3 * f + 1
                ),
                2 * f + 1,
                format!(
                    "Two quorums of q share at least 2q − n servers, and more than f = {f} of those are needed: \
                     2q ≥ {} + {f} + 1, so q = {}.",
                    3 * f + 1,
                    2 * f + 1
                ),
            )
            .mistake(1 + (3 * f).div_ceil(2), PLAIN_MAJORITY)
            .mistake(2 * f, EQUAL_BOUND)
            .mistake(f + 1, SHARED_LIAR),
            ManagedServers => new(
                format!(
                    "Data is replicated along a chain; a separate, fault-tolerant manager decides which servers are alive. \
                     How many servers does the chain need so that the data survives **{crashes}**?"
                ),
                f + 1,
                format!("The manager decides, so the chain needs no majority: one survivor is enough, {f} + 1 = {}.", f + 1),
            )
            .mistake(2 * f + 1, NO_QUORUM_NEEDED)
            .mistake(f, EQUAL_BOUND),
            VotingServers => new(
                format!(
                    "Replicas compute the same thing and do not talk to one another; the client takes the answer that most \
                     of them give, and every replica does answer. How many replicas are needed so that **{}** with wrong \
                     answers cannot mislead it?",
                    plural(f, "replica")
                ),
                2 * f + 1,
                format!("Correct answers must outnumber wrong ones: n − {f} > {f}, so n = {}.", 2 * f + 1),
            )
            .mistake(3 * f + 1, BYZANTINE_BOUND)
            .mistake(2 * f, EQUAL_BOUND)
            .mistake(f + 1, ONE_LEFT),
            SilentServers => new(
                format!(
                    "Replicas fail by falling silent and never answer wrongly; any answer will do. How many are needed \
                     so that **{}** may fail?",
                    plural(f, "replica")
                ),
                f + 1,
                format!("One that answers is enough: {f} + 1 = {}.", f + 1),
            )
            .mistake(2 * f + 1, NO_QUORUM_NEEDED)
            .mistake(f, EQUAL_BOUND),
            SynchronousCrash => new(
                format!(
                    "In a **synchronous** system (known bounds on delay, so crashes are detected for certain), what is the \
                     smallest number of processes for which consensus tolerates **{}**?",
                    plural(f, "crash").replace("crashs", "crashes")
                ),
                f + 1,
                format!("With certain detection any f < n is tolerated: n = {f} + 1 = {}.", f + 1),
            )
            .mistake(2 * f + 1, NO_QUORUM_NEEDED)
            .mistake(f, EQUAL_BOUND),
            SynchronousByzantine => new(
                format!(
                    "In a **synchronous** system with **unsigned** messages, what is the smallest number of processes for \
                     agreement despite **{}**?",
                    plural(f, "Byzantine process").replace("processs", "processes")
                ),
                3 * f + 1,
                format!(
                    "Without signatures a liar can tell each process something else; synchrony does not help: \
                     n ≥ 3·{f} + 1 = {}.",
                    3 * f + 1
                ),
            )
            .mistake(2 * f + 1, CRASH_BOUND)
            .mistake(3 * f, EQUAL_BOUND),
            BenOrCrash => new(
                format!(
                    "Ben-Or's randomised consensus runs in an asynchronous system with crash faults. What is the smallest \
                     number of processes with which it survives **{}**?",
                    plural(f, "crash").replace("crashs", "crashes")
                ),
                2 * f + 1,
                format!("It needs n > 2f: n = 2·{f} + 1 = {}.", 2 * f + 1),
            )
            .mistake(3 * f + 1, BYZANTINE_BOUND)
            .mistake(2 * f, EQUAL_BOUND)
            .mistake(f + 1, ONE_LEFT),
            BenOrByzantine => new(
                format!(
                    "Ben-Or's randomised consensus (the original, 1983) runs in an asynchronous system with Byzantine \
                     faults. What is the smallest number of processes with which it survives **{}**?",
                    plural(f, "Byzantine process").replace("processs", "processes")
                ),
                5 * f + 1,
                format!(
                    "The original algorithm needs n > 5f: n = 5·{f} + 1 = {} (later ones get by with 3f + 1).",
                    5 * f + 1
                ),
            )
            .mistake(3 * f + 1, WEAKER_BOUND)
            .mistake(2 * f + 1, CRASH_BOUND)
            .mistake(5 * f, EQUAL_BOUND),
            SynchronousSigned => new(
                format!(
                    "In a **synchronous** system of **{n}** processes a sender broadcasts a value, and all correct processes \
                     must settle on the same one. Messages are **signed**, and no signature can be forged. How many \
                     Byzantine processes does the best protocol survive at most?"
                ),
                n - 1,
                format!(
                    "Whoever takes a value over shows the signatures of f + 1 processes, one of them correct, and the \
                     correct one has told everybody: any f < n will do (Dolev & Strong 1983), here {}.",
                    n - 1
                ),
            )
            .mistake((n - 1) / 3, UNSIGNED)
            .mistake((n - 1) / 2, BYZANTINE_BOUND),
        }
    }
}

const SERVERS_EASY: [i64; 10] = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
const SERVERS_HARD: [i64; 11] = [4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15];

fn byzantine_solution(f: usize) -> String {
    format!(
        "Only n − {f} answers may be waited for, and {f} of those may lie; the correct ones among them must be more than \
         the liars: n − 2·{f} > {f}, so n = 3·{f} + 1 = {}.",
        3 * f + 1
    )
}
