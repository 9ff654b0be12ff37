//! `broadcast.causal-delivery`: in which order a process delivers broadcasts that arrive out of order.

use serde_json::json;

use crate::problem::diagram::table;
use crate::problem::text::{PROCESSES, list, tuple};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &CausalDelivery;

struct CausalDelivery;

const ARRIVAL: &str = "you delivered in the order of arrival";
const FIFO_ONLY: &str =
    "you kept only each sender's own order; what its sender had delivered before comes first too";
const NO_RECHECK: &str = "you forgot to look at the buffer again after a delivery";
const OFF_BY_ONE: &str = "you read the sender's own entry by the other convention";
const ALL_DELIVERED: &str = "you delivered in the end what still waits for a message that never arrived";
const NOT_BUFFERED: &str =
    "you dropped messages that came too early; they are kept until they can be delivered";

/// A broadcast: its sender, and how many broadcasts of each process its sender had delivered (or sent) before.
#[derive(Clone)]
struct Message {
    sender: usize,
    before: Vec<usize>,
}

impl Family for CausalDelivery {
    fn name(&self) -> &'static str {
        "broadcast.causal-delivery"
    }

    fn title(&self) -> &'static str {
        "deliver broadcasts in causal order"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::integer("messages", "messages that arrive", (3, 7), &[]).graded([
                    &[3, 4],
                    &[4, 5],
                    &[5, 6],
                ]),
                Parameter::word(
                    "vector",
                    "what a message's own entry counts: broadcasts `before` it, or itself `included`",
                    &["before", "included"],
                    &[],
                )
                .graded_words([
                    &["before"],
                    &["before", "included"],
                    &["before", "included"],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[ARRIVAL, FIFO_ONLY, NO_RECHECK, OFF_BY_ONE, ALL_DELIVERED, NOT_BUFFERED]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let count = with.count("messages");
        let included = with.word("vector") == "included";
        let processes = 3;
        let lost = usize::from(difficulty.level() == 2 && draw.coin());
        let (start, arrivals) = draw.until(|draw| {
            let (start, sent) = broadcasts(processes, count + lost, draw);
            let mut arrivals = sent;
            draw.shuffle(&mut arrivals);
            arrivals.truncate(count);
            let order = deliver(&start, &arrivals, &Message::ready);
            let in_arrival_order = order.iter().enumerate().all(|(place, &at)| place == at);
            let fits = if lost > 0 { (1..count).contains(&order.len()) } else { order.len() == count };
            // Waiting for another sender's message is the point; each sender's own order alone teaches less.
            let beyond_fifo = deliver(&start, &arrivals, &Message::next_of_its_sender) != order;
            (fits && (!in_arrival_order || order.len() < count) && (beyond_fifo || draw.chance(1, 8)))
                .then_some((start, arrivals))
        });
        let order = deliver(&start, &arrivals, &Message::ready);
        let vector = |message: &Message| {
            let mut vector = message.before.clone();
            vector[message.sender] += usize::from(included);
            vector
        };
        let rows: Vec<Vec<String>> = arrivals
            .iter()
            .enumerate()
            .map(|(at, message)| {
                vec![format!("m{}", at + 1), PROCESSES[message.sender].to_owned(), tuple(&vector(message))]
            })
            .collect();
        let picture = table(&["message", "from", "vector"], &rows);
        let names = &PROCESSES[..processes];
        let (meaning, own_rule) = if included {
            (
                "entry j of a message's vector is the number of broadcasts by j that its sender had delivered; the sender's \
                 own entry counts its broadcasts **including this one**",
                "its sender's entry is exactly one above D's entry for it, and no other entry is above D's",
            )
        } else {
            (
                "entry j of a message's vector is the number of broadcasts by j that its sender had delivered; the sender's \
                 own entry counts the broadcasts it sent **before this one**",
                "no entry of its vector is above D's",
            )
        };
        let told =
            |order: &[usize]| tuple(&order.iter().map(|at| format!("m{}", at + 1)).collect::<Vec<_>>());
        let right: Vec<String> = order.iter().map(|at| format!("m{}", at + 1)).collect();
        let values = json!({
            "included": included, "delivered": start,
            "messages": arrivals.iter().map(|m| json!({ "from": m.sender, "vector": vector(m) })).collect::<Vec<_>>(),
        });
        let waiting: Vec<String> =
            (0..count).filter(|at| !order.contains(at)).map(|at| format!("m{}", at + 1)).collect();
        let mut solution = trace(&start, &arrivals, &order);
        if !waiting.is_empty() {
            solution += &format!(" {} still wait for a message that has not arrived.", list(&waiting));
        }
        let mut all = order.clone();
        all.extend((0..count).filter(|at| !order.contains(at)));
        let at_once: Vec<usize> = {
            let mut state = start.clone();
            let mut order = Vec::new();
            for (at, message) in arrivals.iter().enumerate() {
                if message.ready(&state) {
                    state[message.sender] += 1;
                    order.push(at);
                }
            }
            order
        };
        let once_checked: Vec<usize> = {
            let mut state = start.clone();
            let mut order = Vec::new();
            let mut buffer: Vec<usize> = Vec::new();
            for at in 0..count {
                buffer.push(at);
                if let Some(place) = buffer.iter().position(|&at| arrivals[at].ready(&state)) {
                    let at = buffer.remove(place);
                    state[arrivals[at].sender] += 1;
                    order.push(at);
                }
            }
            order
        };
        let shifted = deliver(&start, &arrivals, &|message: &Message, state: &[usize]| {
            message.before.iter().enumerate().all(|(j, &needed)| {
                let needed = if j == message.sender && included { needed + 1 } else { needed };
                let held =
                    if j == message.sender && !included { state[j].saturating_sub(1) } else { state[j] };
                held >= needed
            })
        });
        let mut instance = Instance::new(
            format!(
                "The processes {} broadcast; **D** only listens and delivers in causal order. D has delivered **{}** \
                 broadcasts of {}. Then these messages arrive, the first at the top:\n\n{}\n\nHere {meaning}. D delivers a \
                 message as soon as {own_rule}; then its entry for the sender goes up by one, and it looks through its \
                 buffer again, the message that arrived first before the others. In which order are the messages \
                 delivered? Give those that are, as `m8, m7`.",
                list(names),
                tuple(&start),
                tuple(names),
                picture.fence()
            ),
            answer::tuple(&right),
            solution,
            values,
        )
        .spoken(picture.spoken)
        .mistake(told(&(0..count).collect::<Vec<_>>()), ARRIVAL);
        if !waiting.is_empty() {
            instance = instance.mistake(told(&all), ALL_DELIVERED);
        }
        let fifo = deliver(&start, &arrivals, &Message::next_of_its_sender);
        for (wrong, name) in
            [(fifo, FIFO_ONLY), (at_once, NOT_BUFFERED), (once_checked, NO_RECHECK), (shifted, OFF_BY_ONE)]
        {
            if !wrong.is_empty() {
                instance = instance.mistake(told(&wrong), name);
            }
        }
        instance
    }
}

impl Message {
    fn next_of_its_sender(&self, state: &[usize]) -> bool {
        state[self.sender] >= self.before[self.sender]
    }

    fn ready(&self, state: &[usize]) -> bool {
        self.before.iter().zip(state).all(|(needed, held)| held >= needed)
    }
}

/// Draws what three processes broadcast, each delivering the others' in causal order; and how much all had delivered before.
fn broadcasts(processes: usize, count: usize, draw: &mut Draw) -> (Vec<usize>, Vec<Message>) {
    let start: Vec<usize> = (0..processes).map(|_| draw.range(0, 3)).collect();
    let mut states = vec![start.clone(); processes];
    let mut sent: Vec<Message> = Vec::new();
    while sent.len() < count {
        let at = draw.range(0, processes - 1);
        let next = sent
            .iter()
            .find(|m| m.sender != at && m.before[m.sender] == states[at][m.sender] && m.ready(&states[at]));
        match next {
            Some(message) if draw.chance(2, 3) => {
                let sender = message.sender;
                states[at][sender] += 1;
            }
            _ => {
                sent.push(Message { sender: at, before: states[at].clone() });
                states[at][at] += 1;
            }
        }
    }
    (start, sent)
}

/// Delivers what arrives, by a rule; returns the order as places in the order of arrival.
fn deliver(start: &[usize], arrivals: &[Message], ready: &dyn Fn(&Message, &[usize]) -> bool) -> Vec<usize> {
    let mut state = start.to_vec();
    let mut buffer: Vec<usize> = Vec::new();
    let mut order = Vec::new();
    for at in 0..arrivals.len() {
        buffer.push(at);
        while let Some(place) = buffer.iter().position(|&at| ready(&arrivals[at], &state)) {
            let at = buffer.remove(place);
            state[arrivals[at].sender] += 1;
            order.push(at);
        }
    }
    order
}

fn trace(start: &[usize], arrivals: &[Message], order: &[usize]) -> String {
    let mut state = start.to_vec();
    let mut delivered = 0;
    let mut steps = Vec::new();
    for at in 0..arrivals.len() {
        let mut now = Vec::new();
        // All that could be delivered by now was; what comes next in the order may need a later arrival.
        while delivered < order.len() && order[delivered] <= at && arrivals[order[delivered]].ready(&state) {
            let next = order[delivered];
            state[arrivals[next].sender] += 1;
            now.push(format!("m{}", next + 1));
            delivered += 1;
        }
        steps.push(match now.as_slice() {
            [] => format!("m{} arrives and waits at {}", at + 1, tuple(&state)),
            _ => format!("m{} arrives: {} delivered, D at {}", at + 1, list(&now), tuple(&state)),
        });
    }
    format!("{}.", steps.join("; "))
}
