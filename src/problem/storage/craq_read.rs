//! `craq.read`: which version a read gets from a replication chain, and who can answer it.

use serde_json::json;

use crate::card::ChoiceOption;
use crate::problem::diagram::chain;
use crate::problem::text::{list, tuple};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &CraqRead;

struct CraqRead;

const NEWEST: &str =
    "you returned the newest version the node holds; it is dirty, so it may not be committed yet";
const LAST_CLEAN: &str =
    "you returned the last version the node knows to be clean; a newer one may be committed already";
const HEADS: &str = "you returned the head's newest version; the tail decides what is committed";
const ASKED: &str = "the newest version here is clean: no question to the tail is needed";
const NOT_ASKED: &str = "the newest version here is dirty: the node must ask the tail";
const TOO_LATE: &str = "the tail answers with what is committed when the question reaches it";
const AT_NODE: &str = "in plain chain replication only the tail answers reads";
const RELAXED: &str = "an eventually consistent read takes the newest version the node knows, dirty or not";
const TAIL_ONLY: &str = "you let the tail alone answer; any node with a clean newest version may";
const COMMITTED_BUT_DIRTY: &str =
    "it holds the committed version, but has not heard so; to it the version is dirty";
const KEPT_OLD: &str = "older versions go once a newer one is clean";
const DROPPED_NEW: &str = "newer versions stay, dirty, until they are acknowledged themselves";

/// One node: the version it knows to be committed, and the newest it has.
#[derive(Clone, Copy)]
struct Held {
    clean: usize,
    newest: usize,
}

impl Held {
    fn dirty(self) -> bool {
        self.newest > self.clean
    }

    fn told(self) -> String {
        let dirty: Vec<String> =
            (self.clean + 1..=self.newest).map(|version| format!("v{version}")).collect();
        let clean = format!("clean v{}", self.clean);
        if dirty.is_empty() { clean } else { format!("{clean}, dirty {}", dirty.join(" ")) }
    }
}

impl Family for CraqRead {
    fn name(&self) -> &'static str {
        "craq.read"
    }

    fn title(&self) -> &'static str {
        "read from a replication chain"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[Parameter::integer("nodes", "nodes of the chain", (3, 6), &[]).graded([
                &[3, 4],
                &[4, 5],
                &[4, 5, 6],
            ])]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            NEWEST,
            LAST_CLEAN,
            HEADS,
            ASKED,
            NOT_ASKED,
            TOO_LATE,
            AT_NODE,
            RELAXED,
            TAIL_ONLY,
            COMMITTED_BUT_DIRTY,
            KEPT_OLD,
            DROPPED_NEW,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let nodes = draw_chain(with.count("nodes"), draw);
        let asks = difficulty.of([
            &["read", "read", "chain"][..],
            &["read", "local", "held"],
            &["read", "race", "relaxed", "local", "held"],
        ]);
        match *draw.pick(asks) {
            "local" => local(&nodes),
            "held" => held(&nodes, draw),
            mode => read(&nodes, mode, draw),
        }
    }
}

/// Writes come down the chain, acknowledgements go up it, so newest versions fall and clean ones rise along it.
fn draw_chain(count: usize, draw: &mut Draw) -> Vec<Held> {
    draw.until(|draw| {
        let committed = draw.range(8, 40);
        let mut newest = committed;
        let mut clean = committed;
        let mut nodes = vec![Held { clean, newest }];
        while nodes.len() < count {
            newest += usize::from(draw.chance(2, 5));
            clean -= usize::from(draw.chance(2, 5));
            nodes.push(Held { clean, newest });
        }
        nodes.reverse();
        nodes.first().is_some_and(|head| head.dirty() && head.newest - head.clean <= 4).then_some(nodes)
    })
}

fn name(nodes: &[Held], at: usize) -> String {
    match at {
        0 => "N1 (head)".to_owned(),
        at if at + 1 == nodes.len() => format!("N{} (tail)", at + 1),
        at => format!("N{}", at + 1),
    }
}

fn picture(nodes: &[Held]) -> crate::problem::diagram::Picture {
    let items: Vec<String> =
        nodes.iter().enumerate().map(|(at, node)| format!("{}: {}", name(nodes, at), node.told())).collect();
    chain("", &items)
}

fn values(nodes: &[Held], asks: &str) -> serde_json::Value {
    json!({
        "asks": asks,
        "clean": nodes.iter().map(|node| node.clean).collect::<Vec<_>>(),
        "newest": nodes.iter().map(|node| node.newest).collect::<Vec<_>>(),
    })
}

fn read(nodes: &[Held], mode: &str, draw: &mut Draw) -> Instance {
    let last = nodes.len() - 1;
    let committed = nodes[last].clean;
    let dirty: Vec<usize> = (0..last).filter(|&at| nodes[at].dirty()).collect();
    let clean: Vec<usize> = (0..last).filter(|&at| !nodes[at].dirty()).collect();
    // A dirty node mostly; a clean one now and then.
    let at = if mode == "read" && !clean.is_empty() && draw.chance(1, 3) {
        *draw.pick(&clean)
    } else {
        *draw.pick(&dirty)
    };
    let node = nodes[at];
    let who = format!("N{}", at + 1);
    let tail = format!("N{}", last + 1);
    // What else the tail commits while the question is on its way; something must be on its way down the chain.
    let racing = mode == "race" && nodes[last - 1].newest > committed;
    let tail_version = if racing { committed + 1 } else { committed };
    let own = |version: usize| format!("v{version}, without asking the tail");
    let asked = |version: usize| format!("v{version}, after asking the tail");
    let by_tail = |version: usize| format!("v{version}, answered by {tail}");
    let right = match mode {
        "chain" => by_tail(committed),
        "relaxed" => own(node.newest),
        _ if node.dirty() => asked(tail_version),
        _ => own(node.clean),
    };
    let mut wrong: Vec<(String, &'static str)> = match mode {
        "chain" => vec![
            (format!("v{}, answered by {who}", node.newest), AT_NODE),
            (format!("v{}, answered by {who}", node.clean), AT_NODE),
            (by_tail(nodes[0].newest), HEADS),
        ],
        "relaxed" => vec![(asked(committed), RELAXED), (own(node.clean), LAST_CLEAN)],
        _ if node.dirty() => {
            let mut wrong = vec![
                (own(node.newest), NEWEST),
                (own(node.clean), LAST_CLEAN),
                (asked(nodes[0].newest), HEADS),
            ];
            if racing {
                wrong.insert(0, (asked(committed), TOO_LATE));
            }
            if (node.clean + 1..node.newest).contains(&tail_version) {
                wrong.push((own(tail_version), NOT_ASKED));
            }
            wrong
        }
        _ => {
            vec![(asked(committed), ASKED), (own(nodes[0].newest), HEADS), (own(nodes[0].clean), LAST_CLEAN)]
        }
    };
    let mut texts = vec![right.clone()];
    wrong.retain(|(text, _)| {
        let new = !texts.contains(text);
        if new {
            texts.push(text.clone());
        }
        new
    });
    let options: Vec<ChoiceOption> = texts
        .iter()
        .map(|text| {
            let reason = if *text == right {
                format!("the tail has committed v{tail_version}; {who} holds {}", node.told())
            } else {
                let name = wrong.iter().find(|(other, _)| other == text).map_or("", |(_, name)| *name);
                plainly(name).to_owned()
            };
            answer::option(text.clone(), *text == right, reason)
        })
        .collect();
    let story = match mode {
        "chain" => format!(
            "The chain runs **plain chain replication** (not CRAQ). A client that knows only {who} wants to read the object, \
             by the rules of the protocol. Which version does it get, and from whom?"
        ),
        "relaxed" => format!(
            "The chain runs CRAQ. A client sends {who} an **eventually consistent** read, for which any version that the \
             node has stored will do and the newest is taken. What does it get?"
        ),
        _ if racing => format!(
            "The chain runs CRAQ. A client sends {who} a strongly consistent read. If {who} has to ask the tail, the tail \
             applies and commits **v{tail_version}** just before the question reaches it. What does the client get?"
        ),
        _ => format!(
            "The chain runs CRAQ. A client sends **{who}** a strongly consistent read, and nothing else happens meanwhile. \
             What does it get?"
        ),
    };
    let solution = match mode {
        "chain" => format!("In plain chain replication the tail answers all reads: v{committed}."),
        "relaxed" => format!("{who} holds {}; the newest is v{}, dirty or not.", node.told(), node.newest),
        _ if node.dirty() => format!(
            "{who} holds {}: the newest is dirty, so it asks the tail which version is committed, v{tail_version}, and \
             returns that one.",
            node.told()
        ),
        _ => format!(
            "{who}'s newest version v{} is clean, so it is committed and {who} answers by itself.",
            node.clean
        ),
    };
    let mut told = values(nodes, mode);
    told["node"] = json!(at + 1);
    told["tail_commits"] = json!(racing.then_some(tail_version));
    let picture = picture(nodes);
    let mut instance = Instance::new(
        format!("One object is replicated along a chain, head first:\n\n{}\n\n{story}", picture.fence()),
        answer::choice(options),
        solution,
        told,
    )
    .spoken(picture.spoken);
    for (index, (_, name)) in wrong.iter().enumerate() {
        instance = instance.mistake(vec![index + 1], name);
    }
    instance
}

/// Says what is wrong with an option, whether or not it was chosen.
fn plainly(mistake: &'static str) -> &'static str {
    match mistake {
        NEWEST => "the node's newest version is dirty, so it may not be committed yet",
        LAST_CLEAN => "a newer version may be committed already",
        HEADS => "the tail decides what is committed, not the head",
        other => other,
    }
}

fn local(nodes: &[Held]) -> Instance {
    let committed = nodes[nodes.len() - 1].clean;
    let picture = picture(nodes);
    let options = nodes
        .iter()
        .enumerate()
        .map(|(at, node)| {
            answer::option(format!("N{}", at + 1), !node.dirty(), format!("it holds {}", node.told()))
        })
        .collect();
    let which = |wrong: &dyn Fn(&Held) -> bool| -> Vec<usize> {
        (0..nodes.len()).filter(|&at| wrong(&nodes[at])).collect()
    };
    let right: Vec<String> = which(&|node| !node.dirty()).iter().map(|at| format!("N{}", at + 1)).collect();
    Instance::new(
        format!(
            "One object is replicated along a chain that runs CRAQ, head first:\n\n{}\n\nWhich nodes can answer a strongly \
             consistent read at once, without asking anyone? (several)",
            picture.fence()
        ),
        answer::several(options),
        format!("Those whose newest version is clean: {}. The others would ask the tail.", list(&right)),
        values(nodes, "local"),
    )
    .spoken(picture.spoken)
    .mistake(which(&|node| !node.dirty() || node.newest == committed), COMMITTED_BUT_DIRTY)
    .mistake(vec![nodes.len() - 1], TAIL_ONLY)
}

fn held(nodes: &[Held], draw: &mut Draw) -> Instance {
    let dirty: Vec<usize> = (0..nodes.len() - 1).filter(|&at| nodes[at].dirty()).collect();
    let at = *draw.pick(&dirty);
    let node = nodes[at];
    let version = draw.range(node.clean + 1, node.newest);
    let left: Vec<String> = (version..=node.newest).map(|version| format!("v{version}")).collect();
    let versions = |low: usize, high: usize| {
        tuple(&(low..=high).map(|version| format!("v{version}")).collect::<Vec<_>>())
    };
    let picture = picture(nodes);
    let mut told = values(nodes, "held");
    told["node"] = json!(at + 1);
    told["acknowledged"] = json!(version);
    Instance::new(
        format!(
            "One object is replicated along a chain that runs CRAQ, head first:\n\n{}\n\nThe acknowledgement of \
             **v{version}** now comes up the chain and reaches **N{}**. Which versions does N{} hold afterwards? Give them \
             in ascending order, as `v4, v5`.",
            picture.fence(),
            at + 1,
            at + 1
        ),
        answer::tuple(&left),
        format!(
            "v{version} becomes clean, and what is older can go; what is newer stays dirty. Left: {}.",
            list(&left)
        ),
        told,
    )
    .spoken(picture.spoken)
    .mistake(versions(node.clean, node.newest), KEPT_OLD)
    .mistake(versions(version, version), DROPPED_NEW)
}
