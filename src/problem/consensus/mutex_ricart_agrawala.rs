//! `mutex.ricart-agrawala`: who answers, who waits and who enters next, and the messages that mutual exclusion takes.

use serde_json::json;

use crate::problem::text::list;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, diagram};

pub const FAMILY: &dyn Family = &MutexRicartAgrawala;

struct MutexRicartAgrawala;

const TO_ITSELF: &str = "a process does not ask itself";
const REQUESTS_ONLY: &str = "each request is answered by a message too";
const CENTRAL_COUNT: &str = "those are the messages with a coordinator: request, grant, release";
const ALL_ASKED: &str = "with a coordinator only the coordinator is asked";
const NO_RELEASE: &str = "the release is a message too";
const ONE_ENTRY: &str = "you counted one entry only";
const LATER_WINS: &str = "you let the larger timestamp go first; the smaller one is the older request";
const BY_ID_ALONE: &str = "you went by id alone; the timestamp is compared first, the id only breaks a tie";
const TIE_WRONG: &str = "at equal timestamps the smaller id goes first";
const HOLDER_ANSWERS: &str = "whoever is in the section answers nobody until it leaves";
const OTHERS_TOO: &str = "processes that want nothing, or want it later, answer at once";
const WRONG_VERDICT: &str = "compare (timestamp, id) pairs: a process holds its answer back only inside the section or when its own pair is smaller";
const NOBODY_ASKED: &str = "only a process that wants to enter has asked, and can be kept waiting";
const NOT_ASKED: &str = "a process that does not want to enter never holds an answer back";

impl Family for MutexRicartAgrawala {
    fn name(&self) -> &'static str {
        "mutex.ricart-agrawala"
    }

    fn title(&self) -> &'static str {
        "run mutual exclusion by requests and replies"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", ASKS, &[]).graded_words([
                    &["messages", "messages", "reply", "order"],
                    &["messages", "reply", "order", "waiting"],
                    &["order", "waiting", "held-back"],
                ]),
                Parameter::integer("processes", "processes in the system", (3, 8), &[]).graded([
                    &[3, 4, 5, 6, 7, 8],
                    &[5, 6, 7],
                    &[6, 7, 8],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            TO_ITSELF,
            REQUESTS_ONLY,
            CENTRAL_COUNT,
            ALL_ASKED,
            NO_RELEASE,
            ONE_ENTRY,
            LATER_WINS,
            BY_ID_ALONE,
            TIE_WRONG,
            HOLDER_ANSWERS,
            OTHERS_TOO,
            WRONG_VERDICT,
            NOT_ASKED,
            NOBODY_ASKED,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let n = with.count("processes");
        match with.word("asks") {
            "messages" => messages(n, draw),
            "reply" => reply(draw, difficulty),
            asks => round(asks, n, draw, difficulty),
        }
    }
}

const ASKS: &[&str] = &["messages", "reply", "order", "waiting", "held-back"];

const RULE: &str = "Processes exclude one another by Ricart and Agrawala: whoever wants to enter the critical section sends a \
     request with its Lamport timestamp and its id to all others, and enters when all have answered OK. Who receives a \
     request answers at once, unless it is in the section itself, or wants to enter and its own request comes first: the \
     smaller timestamp comes first, at equal timestamps the smaller id. Then it holds the OK back until it has left the \
     section";

fn messages(n: usize, draw: &mut Draw) -> Instance {
    let central = draw.chance(1, 3);
    let entries = draw.range(2, 9);
    let values = json!({ "asks": "messages", "processes": n, "entries": entries, "central": central });
    if central {
        let right = 3 * entries;
        return Instance::new(
            format!(
                "**{n}** processes exclude one another from a critical section through a **coordinator**, which is one of them and \
                 never enters itself. A process enters after asking it and being told that it may, and tells it on \
                 leaving; a request that has to wait is simply answered later. Messages go to one receiver each. How many messages \
                 are sent in all for **{entries}** entries, leaving included?"
            ),
            answer::count(right),
            format!("Request, grant and release: 3 for each entry, so 3 · {entries} = {right}."),
            values,
        )
        .mistake(2 * entries, NO_RELEASE)
        .mistake(2 * (n - 1) * entries, ALL_ASKED)
        .mistake(3_usize, ONE_ENTRY);
    }
    let right = 2 * (n - 1) * entries;
    Instance::new(
        format!(
            "**{n}** processes exclude one another from a critical section by **Ricart and Agrawala's** algorithm: whoever wants \
             to enter sends a request to each of the others and needs an OK from each, some of them late. Messages go to one receiver \
             each. How many messages are sent in all for **{entries}** entries?"
        ),
        answer::count(right),
        format!(
            "Each entry takes {} requests and as many answers, and none for leaving, since held-back answers are among them: \
             2 · ({n} − 1) · {entries} = {right}.",
            n - 1
        ),
        values,
    )
    .mistake((n - 1) * entries, REQUESTS_ONLY)
    .mistake(2 * n * entries, TO_ITSELF)
    .mistake(3 * entries, CENTRAL_COUNT)
    .mistake(2 * (n - 1), ONE_ENTRY)
}

fn reply(draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let ids = draw.distinct(2, 1, 9);
    let (own, other) = (ids[0], ids[1]);
    // Being idle or inside is easily judged: harder questions mostly compare two requests.
    let states = difficulty.of([
        &["wants", "wants", "inside", "idle"][..],
        &["wants", "wants", "wants", "inside"],
        &["wants", "wants", "wants", "inside"],
    ]);
    let ((state, mine, theirs), held) = draw.with_verdict(
        |draw| {
            let state = *draw.pick(states);
            let theirs = draw.integer(3, 40);
            let mine = if draw.chance(1, 3) { theirs } else { draw.integer(3, 40) };
            (state, mine, theirs)
        },
        |&(state, mine, theirs)| holds_back(state, (mine, own), (theirs, other)),
    );
    let situation = match state {
        "inside" => format!("is **in** the critical section, which it asked for at timestamp {mine}"),
        "idle" => "does **not** want to enter".to_owned(),
        _ => format!(
            "**wants** to enter and has sent its own request with timestamp **{mine}**, still without all answers"
        ),
    };
    let why = match state {
        "inside" => format!("P{own} is in the section: it holds the answer back until it leaves."),
        "idle" => format!("P{own} wants nothing, so it answers at once."),
        _ => format!(
            "P{own} compares ({mine}, {own}) with ({theirs}, {other}): {} is smaller, so P{own} {}.",
            if held { format!("({mine}, {own})") } else { format!("({theirs}, {other})") },
            if held { "goes first and holds the answer back" } else { "answers at once" }
        ),
    };
    let name = match state {
        "idle" => NOT_ASKED,
        "inside" => HOLDER_ANSWERS,
        _ if mine == theirs => TIE_WRONG,
        _ => WRONG_VERDICT,
    };
    Instance::new(
        format!(
            "{RULE}.\n\nP{own} {situation}. Now a request of **P{other}** with timestamp **{theirs}** reaches it. What does \
             P{own} do?"
        ),
        answer::verdict(held, ("it holds its answer back", why.clone()), ("it answers OK at once", why.clone())),
        why,
        json!({ "asks": "reply", "own": own, "other": other, "state": state, "mine": mine, "theirs": theirs }),
    )
    .mistake_other_verdict(name)
}

fn holds_back(state: &str, mine: (i64, i64), theirs: (i64, i64)) -> bool {
    match state {
        "inside" => true,
        "idle" => false,
        _ => mine < theirs,
    }
}

/// Several requests at once: who enters in which order, who waits for whom.
fn round(asks: &str, n: usize, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let wanting = difficulty.of([3, 4, 5]).min(n - 1);
    let inside = difficulty.level() == 2 || (asks != "order" && draw.coin());
    // Processes are P1 to Pn; of those that take part, the first is inside if one is.
    let mut others: Vec<usize> = (1..=n).collect();
    draw.shuffle(&mut others);
    let holder = inside.then(|| others[0]);
    let start = usize::from(inside);
    let wanting = wanting.min(n - start);
    let requests = draw.until(|draw| {
        let mut requests: Vec<(usize, usize)> =
            others[start..start + wanting].iter().map(|&id| (draw.range(2, 20), id)).collect();
        if wanting > 2 && (difficulty.level() > 0 || draw.coin()) {
            // A tie: there the id decides.
            requests[1].0 = requests[0].0;
        }
        requests.sort_unstable_by_key(|request| request.1);
        let mut by_time = requests.clone();
        by_time.sort_unstable();
        // Neither by id nor against it, or the timestamps would not matter.
        let (up, down) = (by_time.is_sorted_by_key(|r| r.1), by_time.iter().rev().is_sorted_by_key(|r| r.1));
        (!up && (!down || wanting < 3)).then_some(requests)
    });
    let mut order = requests.clone();
    order.sort_unstable();
    let rows: Vec<Vec<String>> = (1..=n)
        .map(|id| {
            let request = requests.iter().find(|request| request.1 == id);
            let (state, stamp) = match request {
                Some(&(stamp, _)) => ("wants to enter", stamp.to_string()),
                None if holder == Some(id) => ("in the section", "-".to_owned()),
                None => ("wants nothing", "-".to_owned()),
            };
            vec![format!("P{id}"), state.to_owned(), stamp]
        })
        .collect();
    let picture = diagram::table(&["process", "state", "timestamp of its request"], &rows);
    let scene = format!(
        "{RULE}.\n\nThese requests were all sent before any of them arrived; by now all have arrived, and so have all \
         answers that were not held back:\n\n{}\n\n",
        picture.fence()
    );
    let values = json!({
        "asks": asks, "processes": n, "holder": holder,
        "requests": requests.iter().map(|&(stamp, id)| json!([id, stamp])).collect::<Vec<_>>(),
    });
    let told: Vec<String> = order.iter().map(|&(stamp, id)| format!("P{id} ({stamp}, {id})")).collect();
    match asks {
        "order" => order_question(&scene, &order, holder, &told, values),
        "waiting" => {
            let of = order[draw.range(usize::from(holder.is_none()), wanting - 1)];
            waiting(&scene, of, &order, holder, n, values)
        }
        _ => held_back(&scene, &order, holder, n, values, draw),
    }
    .spoken(picture.spoken)
}

fn order_question(
    scene: &str,
    order: &[(usize, usize)],
    holder: Option<usize>,
    told: &[String],
    values: serde_json::Value,
) -> Instance {
    let items: Vec<String> = order.iter().map(|request| format!("P{}", request.1)).collect();
    let arranged = |mut by: Vec<(usize, usize)>, key: &dyn Fn(&(usize, usize)) -> (i64, i64)| {
        by.sort_by_key(key);
        by.iter().filter_map(|one| order.iter().position(|other| other == one)).collect::<Vec<usize>>()
    };
    let signed = |&(stamp, id): &(usize, usize)| (stamp as i64, id as i64);
    let first = match holder {
        Some(holder) => format!("P{holder} leaves, then by"),
        None => "By".to_owned(),
    };
    Instance::new(
        format!("{scene}In which order do the waiting processes enter, if nobody else asks?"),
        answer::order(items),
        format!("{first} timestamp, at equal timestamps by id: {}.", told.join(", then ")),
        values,
    )
    .mistake(arranged(order.to_vec(), &|request| (signed(request).0, -signed(request).1)), TIE_WRONG)
    .mistake(arranged(order.to_vec(), &|request| (signed(request).1, 0)), BY_ID_ALONE)
    .mistake(arranged(order.to_vec(), &|request| (-signed(request).0, signed(request).1)), LATER_WINS)
}

fn waiting(
    scene: &str,
    of: (usize, usize),
    order: &[(usize, usize)],
    holder: Option<usize>,
    n: usize,
    values: serde_json::Value,
) -> Instance {
    let missing =
        |id: usize| holder == Some(id) || order.iter().any(|&request| request.1 == id && request < of);
    let all: Vec<usize> = (1..=n).filter(|&id| id != of.1).collect();
    let options = all
        .iter()
        .map(|&id| {
            let why = match order.iter().find(|request| request.1 == id) {
                None if holder == Some(id) => "It is in the section.".to_owned(),
                None => "It wants nothing and has answered.".to_owned(),
                Some(&request) => format!(
                    "({}, {}) is {} than ({}, {}).",
                    request.0,
                    id,
                    if request < of { "smaller" } else { "larger" },
                    of.0,
                    of.1
                ),
            };
            answer::option(format!("P{id}"), missing(id), why)
        })
        .collect();
    let picked = |test: &dyn Fn(usize) -> bool| {
        (0..all.len()).filter(|&index| test(all[index])).collect::<Vec<usize>>()
    };
    let stamp = |id: usize| order.iter().find(|request| request.1 == id).map(|request| request.0);
    let names: Vec<String> = all.iter().filter(|&&id| missing(id)).map(|id| format!("P{id}")).collect();
    let mut values = values;
    values["of"] = json!(of.1);
    let instance = Instance::new(
        format!("{scene}Whose OK does **P{}** still lack? (several may be right)", of.1),
        answer::several(options),
        format!(
            "P{} asked with ({}, {}). It lacks the OK of whoever is in the section and of all whose pair is smaller: {}.",
            of.1,
            of.0,
            of.1,
            list(&names)
        ),
        values,
    );
    let later = picked(&|id| holder == Some(id) || stamp(id).is_some_and(|stamp| (stamp, id) > of));
    let without_holder = picked(&|id| stamp(id).is_some_and(|stamp| (stamp, id) < of));
    let by_time = picked(&|id| {
        holder == Some(id) || stamp(id).is_some_and(|at| at < of.0 || (at == of.0 && id > of.1))
    });
    let everybody = picked(&|_| true);
    [(by_time, TIE_WRONG), (without_holder, HOLDER_ANSWERS), (later, LATER_WINS), (everybody, OTHERS_TOO)]
        .into_iter()
        .filter(|(indices, _)| !indices.is_empty())
        .fold(instance, |instance, (indices, name)| instance.mistake(indices, name))
}

fn held_back(
    scene: &str,
    order: &[(usize, usize)],
    holder: Option<usize>,
    n: usize,
    mut values: serde_json::Value,
    draw: &mut Draw,
) -> Instance {
    let inside = holder.is_some() && draw.chance(1, 5);
    let of = *draw.pick(&order[..order.len() - 1]);
    let (id, right) = match holder {
        Some(holder) if inside => (holder, order.len()),
        _ => (of.1, order.iter().filter(|&&request| request > of).count()),
    };
    let lacking = order.iter().filter(|&&request| request < of).count() + usize::from(holder.is_some());
    values["of"] = json!(id);
    let instance = Instance::new(
        format!("{scene}How many answers does **P{id}** hold back at the moment?"),
        answer::count(right),
        if inside {
            format!("P{id} is in the section and owes an answer to each of the {right} processes that wait.")
        } else {
            format!(
                "P{id} asked with ({}, {id}) and holds back an answer to each larger pair: {right}.",
                of.0
            )
        },
        values,
    );
    if inside { instance.mistake(0_usize, HOLDER_ANSWERS) } else { instance.mistake(lacking, LATER_WINS) }
        .mistake(n - 1, NOBODY_ASKED)
}
