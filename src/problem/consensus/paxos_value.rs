//! `paxos.value`: which value a Paxos proposer must propose, which one is chosen, and what an acceptor answers.

use serde_json::{Value, json};

use crate::card::ChoiceOption;
use crate::problem::diagram::table;
use crate::problem::text::{list, plural, tuple};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &PaxosValue;

struct PaxosValue;

const OWN_VALUE: &str = "you proposed the proposer's own value; one of the promises names an accepted value";
const MOST_FREQUENT: &str = "you took the value named most often; the highest number decides";
const NO_MAJORITY: &str = "you went on without a majority of promises";
const HELD_BACK: &str = "there is a majority of promises; the others need not answer";
const LOWEST_NUMBER: &str = "you took the value of the lowest number; the highest decides";
const SAME_VALUE: &str = "you added up acceptances of the same value under different numbers";
const PROMISED: &str = "you counted promises; only acceptances choose a value";
const HALF: &str = "half of the acceptors is not a majority";
const MISSED: &str = "a majority has accepted under one number; look at each number by itself";
const ACCEPTS_LOWER: &str = "you accepted below the promised number";
const STRICT_ACCEPT: &str = "an accept request with exactly the promised number is accepted";
const REPROMISED: &str = "you promised a number that is not above the promised one";
const NO_RAISE: &str = "accepting a number raises the promised number to it as well";
const FORGOT_VALUE: &str = "a new promise does not make the acceptor forget what it accepted";

const VALUES: [&str; 8] = ["red", "blue", "green", "black", "white", "amber", "pink", "grey"];

impl Family for PaxosValue {
    fn name(&self) -> &'static str {
        "paxos.value"
    }

    fn title(&self) -> &'static str {
        "find the value Paxos proposes or chooses"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[Parameter::one_of("acceptors", "acceptors", &[3, 4, 5, 6, 7], &[]).graded([
                &[3, 5],
                &[4, 5],
                &[5, 6, 7],
            ])]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            OWN_VALUE,
            MOST_FREQUENT,
            NO_MAJORITY,
            HELD_BACK,
            LOWEST_NUMBER,
            SAME_VALUE,
            PROMISED,
            HALF,
            MISSED,
            ACCEPTS_LOWER,
            STRICT_ACCEPT,
            REPROMISED,
            NO_RAISE,
            FORGOT_VALUE,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let acceptors = with.count("acceptors");
        match *draw.pick(difficulty.of([
            &["propose"][..],
            &["propose", "chosen"],
            &["propose", "chosen", "acceptor"],
        ])) {
            "propose" => propose(acceptors, draw),
            "chosen" => chosen(acceptors, draw),
            _ => acceptor(draw),
        }
    }
}

const NOTHING: &str = "nothing yet: it has no majority of promises";

fn propose(acceptors: usize, draw: &mut Draw) -> Instance {
    let majority = acceptors / 2 + 1;
    let names = draw.subset(&VALUES, 4);
    let mut names = names;
    draw.shuffle(&mut names);
    let own = names[3];
    let number = draw.range(8, 15);
    let enough = draw.chance(5, 6);
    let (count, reports) = draw.until(|draw| {
        let count = if enough { draw.range(majority, acceptors) } else { majority - 1 };
        // Under one number only one value is ever proposed.
        let under: Vec<&str> = (0..number).map(|_| names[draw.range(0, 2)]).collect();
        let reports: Vec<Option<(usize, &str)>> = (0..count)
            .map(|_| {
                let at = draw.range(1, number - 1);
                draw.chance(3, 4).then(|| (at, under[at]))
            })
            .collect();
        let values: Vec<&str> = reports.iter().flatten().map(|(_, value)| *value).collect();
        let differ = values.iter().any(|value| *value != values[0]);
        (count > 0 && (differ || values.is_empty() || draw.chance(1, 6) || !enough))
            .then_some((count, reports))
    });
    let highest = reports.iter().flatten().max_by_key(|(at, _)| *at).copied();
    let lowest = reports.iter().flatten().min_by_key(|(at, _)| *at).copied();
    let rows: Vec<Vec<String>> = (0..acceptors)
        .map(|at| {
            let told = match reports.get(at) {
                None => ["no answer".to_owned(), String::new()],
                Some(None) => ["promise".to_owned(), "none".to_owned()],
                Some(Some((n, value))) => ["promise".to_owned(), format!("number {n}, {value}")],
            };
            let [answer, accepted] = told;
            vec![format!("A{}", at + 1), answer, accepted]
        })
        .collect();
    let picture = table(&["acceptor", "answer", "accepted so far"], &rows);
    let right = if enough { highest.map_or(own, |(_, value)| value) } else { NOTHING };
    let mut texts: Vec<&str> = names.clone();
    texts.push(NOTHING);
    let reason = |text: &str| -> String {
        if text == NOTHING {
            return format!("{count} of {acceptors} have promised, {majority} are needed");
        }
        let numbers: Vec<String> = reports
            .iter()
            .flatten()
            .filter(|(_, value)| *value == text)
            .map(|(n, _)| n.to_string())
            .collect();
        match (numbers.is_empty(), text == own) {
            (true, true) => "the proposer's own value, for when no promise names one".to_owned(),
            (true, false) => "no promise names it".to_owned(),
            _ => format!("named with {}", list(&distinct(&numbers))),
        }
    };
    let options: Vec<ChoiceOption> =
        texts.iter().map(|text| answer::option(*text, *text == right, reason(text))).collect();
    let at = |text: &str| vec![texts.iter().position(|other| *other == text).unwrap_or(0)];
    let frequent = names
        .iter()
        .max_by_key(|name| reports.iter().flatten().filter(|(_, value)| value == *name).count())
        .copied()
        .unwrap_or(own);
    let solution = if !enough {
        format!("{count} of {acceptors} is no majority ({majority}), so it may not propose anything.")
    } else {
        match highest {
            None => format!(
                "A majority has promised and no promise names a value, so it is free: its own, {own}."
            ),
            Some((n, value)) => {
                format!(
                    "{count} of {acceptors} is a majority. The highest number among the promises is {n}, with {value}."
                )
            }
        }
    };
    let values = json!({
        "asks": "propose", "acceptors": acceptors, "own": own,
        "promises": reports.iter().map(|report| report.map_or(Value::Null, |(n, v)| json!([n, v]))).collect::<Vec<_>>(),
    });
    let instance = Instance::new(
        format!(
            "A Paxos proposer would like to propose **{own}**. It has sent *prepare* with number **{number}** to all \
             **{acceptors}** acceptors and holds these answers:\n\n{}\n\nWhat must it put into its *accept* requests with \
             number {number}, if it sends them now?",
            picture.fence()
        ),
        answer::choice(options),
        solution,
        values,
    )
    .spoken(picture.spoken);
    if enough {
        instance
            .mistake(at(own), OWN_VALUE)
            .mistake(at(frequent), MOST_FREQUENT)
            .mistake(at(lowest.map_or(own, |(_, value)| value)), LOWEST_NUMBER)
            .mistake(at(NOTHING), HELD_BACK)
    } else {
        instance.mistake(at(highest.map_or(own, |(_, value)| value)), NO_MAJORITY)
    }
}

fn chosen(acceptors: usize, draw: &mut Draw) -> Instance {
    let majority = acceptors / 2 + 1;
    let mut names = draw.subset(&VALUES, 3);
    draw.shuffle(&mut names);
    // None, or one of the three: so that no verdict is common.
    let wanted = draw.weighted(&[3, 3, 2]);
    let (states, winner) = draw.until(|draw| {
        let first = draw.range(2, 6);
        let under = [names[0], names[draw.range(0, 1)], names[draw.range(0, 2)]];
        let states: Vec<(usize, Option<(usize, &str)>)> = (0..acceptors)
            .map(|_| {
                let ballot = draw.range(0, 2);
                let accepted = draw.chance(6, 7).then(|| (first + ballot, under[ballot]));
                let promised = accepted.map_or(first, |(n, _)| n) + draw.range(0, 2);
                (promised, accepted)
            })
            .collect();
        let votes =
            |n: usize| states.iter().flat_map(|(_, accepted)| accepted).filter(|(at, _)| *at == n).count();
        let winners: Vec<usize> = (first..first + 3).filter(|&n| votes(n) >= majority).collect();
        let winner = winners.first().copied();
        // Once chosen under a number, every higher one carries the same value.
        if let Some(n) = winner {
            let value = under[n - first];
            if under[n - first..].iter().any(|later| *later != value) {
                return None;
            }
        }
        let shared = names.iter().any(|name| {
            states.iter().flat_map(|(_, accepted)| accepted).filter(|(_, value)| value == name).count()
                >= majority
        });
        let fits = match wanted {
            0 => winner.is_none() && shared,
            1 => winner.is_some(),
            _ => winner.is_none(),
        };
        fits.then_some((states, winner.map(|n| (n, under[n - first]))))
    });
    let none = "none yet";
    let right = winner.map_or(none, |(_, value)| value);
    let rows: Vec<Vec<String>> = states
        .iter()
        .enumerate()
        .map(|(at, (promised, accepted))| {
            let accepted = accepted.map_or(("-".to_owned(), "-"), |(n, value)| (n.to_string(), value));
            vec![format!("A{}", at + 1), promised.to_string(), accepted.0, accepted.1.to_owned()]
        })
        .collect();
    let picture = table(&["acceptor", "promised", "accepted number", "accepted value"], &rows);
    let votes =
        |value: &str| states.iter().flat_map(|(_, accepted)| accepted).filter(|(_, v)| *v == value).count();
    let mut texts = names.clone();
    texts.push(none);
    let reason = |text: &str| -> String {
        if text == none {
            return format!("a value is chosen once {majority} acceptors have accepted it under one number");
        }
        let numbers: Vec<String> = states
            .iter()
            .flat_map(|(_, accepted)| accepted)
            .filter(|(_, value)| *value == text)
            .map(|(n, _)| n.to_string())
            .collect();
        if numbers.is_empty() {
            "nobody has accepted it".to_owned()
        } else {
            format!("accepted under {}", list(&distinct(&numbers)))
        }
    };
    let options = texts.iter().map(|text| answer::option(*text, *text == right, reason(text))).collect();
    let at = |text: &str| vec![texts.iter().position(|other| *other == text).unwrap_or(0)];
    let frequent = names.iter().copied().max_by_key(|name| votes(name)).unwrap_or(names[0]);
    let half = states
        .iter()
        .flat_map(|(_, accepted)| accepted)
        .find(|(n, _)| {
            2 * states.iter().flat_map(|(_, other)| other).filter(|(m, _)| m == n).count() >= acceptors
        })
        .map(|(_, value)| *value);
    let highest_promise =
        states.iter().max_by_key(|(promised, _)| *promised).and_then(|(_, accepted)| *accepted);
    let solution = match winner {
        Some((n, value)) => {
            let who: Vec<String> = states
                .iter()
                .enumerate()
                .filter(|(_, (_, accepted))| accepted.is_some_and(|(m, _)| m == n))
                .map(|(at, _)| format!("A{}", at + 1))
                .collect();
            format!(
                "Number {n} was accepted by {}: {} of {acceptors}, a majority. So {value} is chosen.",
                list(&who),
                who.len()
            )
        }
        None => format!(
            "No single number was accepted by {majority} of {acceptors} acceptors, whatever the values are."
        ),
    };
    let mut instance = Instance::new(
        format!(
            "The **{acceptors}** acceptors of a single-decree Paxos have promised and accepted this (the latest of \
             each):\n\n{}\n\nJudging by these states alone, which value has a majority that accepted it under **one** \
             number, and so is chosen?",
            picture.fence()
        ),
        answer::choice(options),
        solution,
        json!({
            "asks": "chosen", "acceptors": acceptors, "names": names,
            "accepted": states.iter().map(|(_, a)| a.map_or(Value::Null, |(n, v)| json!([n, v]))).collect::<Vec<_>>(),
        }),
    )
    .spoken(picture.spoken);
    if votes(frequent) >= majority {
        instance = instance.mistake(at(frequent), SAME_VALUE);
    }
    if let Some(half) = half {
        instance = instance.mistake(at(half), HALF);
    }
    if let Some((_, value)) = highest_promise {
        instance = instance.mistake(at(value), PROMISED);
    }
    instance.mistake(at(none), MISSED)
}

/// Drops repeated numbers and puts the others in order.
fn distinct(numbers: &[String]) -> Vec<usize> {
    let numbers: std::collections::BTreeSet<usize> = numbers.iter().filter_map(|n| n.parse().ok()).collect();
    numbers.into_iter().collect()
}

#[derive(Clone, Copy)]
enum Message {
    Prepare(usize),
    Accept(usize, &'static str),
}

/// What an acceptor remembers, and which rules it follows.
#[derive(Clone, Copy, Default)]
struct Acceptor {
    promised: usize,
    accepted: Option<(usize, &'static str)>,
}

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    None,
    AcceptsLower,
    StrictAccept,
    Repromises,
    NoRaise,
    Forgets,
}

fn run(messages: &[Message], fault: Fault) -> Acceptor {
    let mut state = Acceptor::default();
    for message in messages {
        match *message {
            Message::Prepare(n) if n > state.promised || fault == Fault::Repromises => {
                state.promised = n;
                if fault == Fault::Forgets {
                    state.accepted = None;
                }
            }
            Message::Accept(n, value) => {
                let enough = match fault {
                    Fault::AcceptsLower => true,
                    Fault::StrictAccept => n > state.promised,
                    _ => n >= state.promised,
                };
                if enough {
                    state.accepted = Some((n, value));
                    if fault != Fault::NoRaise {
                        state.promised = n;
                    }
                }
            }
            Message::Prepare(_) => {}
        }
    }
    state
}

fn shown(state: Acceptor) -> String {
    let (n, value) = state.accepted.unwrap_or((0, "none"));
    format!("({}, {n}, {value})", state.promised)
}

fn acceptor(draw: &mut Draw) -> Instance {
    let (messages, state) = draw.until(|draw| {
        let count = draw.range(5, 7);
        let under: Vec<&'static str> = (0..10).map(|_| VALUES[draw.range(0, 7)]).collect();
        let mut prepared = Vec::new();
        let messages: Vec<Message> = (0..count)
            .map(|_| {
                if prepared.is_empty() || draw.chance(2, 5) {
                    let n = draw.range(1, 9);
                    prepared.push(n);
                    Message::Prepare(n)
                } else {
                    let n = if draw.chance(4, 5) { *draw.pick(&prepared) } else { draw.range(1, 9) };
                    Message::Accept(n, under[n])
                }
            })
            .collect();
        let state = run(&messages, Fault::None);
        let faults =
            [Fault::AcceptsLower, Fault::StrictAccept, Fault::Repromises, Fault::NoRaise, Fault::Forgets];
        let telling = faults.iter().filter(|fault| shown(run(&messages, **fault)) != shown(state)).count();
        (state.accepted.is_some() && telling >= 2).then_some((messages, state))
    });
    let told: Vec<String> = messages
        .iter()
        .enumerate()
        .map(|(at, message)| match message {
            Message::Prepare(n) => format!("{}. prepare({n})", at + 1),
            Message::Accept(n, value) => format!("{}. accept({n}, {value})", at + 1),
        })
        .collect();
    let steps: Vec<String> = (0..messages.len())
        .map(|at| {
            let (before, after) = (run(&messages[..at], Fault::None), run(&messages[..=at], Fault::None));
            let same = shown(before) == shown(after) && before.promised > 0;
            let refused = match messages[at] {
                Message::Prepare(n) => n <= before.promised,
                Message::Accept(n, _) => n < before.promised,
            };
            format!("{} {}", at + 1, if refused && same { "refused".to_owned() } else { shown(after) })
        })
        .collect();
    let (n, value) = state.accepted.unwrap_or((0, "none"));
    let parts = [state.promised.to_string(), n.to_string(), value.to_owned()];
    let wrong = |fault| shown(run(&messages, fault));
    let json_of = |message: &Message| match message {
        Message::Prepare(n) => json!({ "prepare": n }),
        Message::Accept(n, value) => json!({ "accept": n, "value": value }),
    };
    Instance::new(
        format!(
            "An acceptor of single-decree Paxos starts with nothing promised and nothing accepted. These messages reach it \
             in this order:\n\n{}\n\nIt promises a number only if it is **above** the promised one, and accepts a number \
             that is **not below** the promised one; accepting also raises the promised number. What is its state in the \
             end? Give the promised number, the accepted number and the accepted value, as `{}`.",
            told.join("\n"),
            "7, 5, red"
        ),
        answer::tuple(&parts),
        format!("Promised, accepted number and value after each message: {}. So {}.", steps.join("; "), tuple(&parts)),
        json!({ "asks": "acceptor", "messages": messages.iter().map(json_of).collect::<Vec<_>>() }),
    )
    .hint(format!("Go through the {} one by one.", plural(messages.len(), "message")))
    .mistake(wrong(Fault::StrictAccept), STRICT_ACCEPT)
    .mistake(wrong(Fault::AcceptsLower), ACCEPTS_LOWER)
    .mistake(wrong(Fault::Repromises), REPROMISED)
    .mistake(wrong(Fault::Forgets), FORGOT_VALUE)
    .mistake(wrong(Fault::NoRaise), NO_RAISE)
}
