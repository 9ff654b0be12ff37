//! Registers with compare-and-set and queues as specifications, and the search for orders of calls that they explain.
//! Not a family: `consistency_objects` asks about histories of them.

/// What a client calls.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Call {
    Write(u8),
    Read,
    /// From, to.
    Swap(u8, u8),
    Enqueue(u8),
    Dequeue,
}

/// What an object holds: one value of a register (0 at first), or what is in a queue, oldest first.
#[derive(Clone, Copy)]
pub(super) struct State {
    values: [u8; 6],
    len: usize,
}

impl State {
    pub(super) fn new(queue: bool) -> Self {
        Self { values: [0; 6], len: usize::from(!queue) }
    }

    /// Has a call take effect; returns its result. Nothing to return, a failure and an empty queue are 0.
    pub(super) fn apply(&mut self, call: Call) -> u8 {
        match call {
            Call::Write(value) => {
                self.values[0] = value;
                0
            }
            Call::Read => self.values[0],
            Call::Swap(from, to) if self.values[0] == from => {
                self.values[0] = to;
                1
            }
            Call::Swap(..) => 0,
            Call::Enqueue(value) => {
                self.values[self.len] = value;
                self.len += 1;
                0
            }
            Call::Dequeue if self.len == 0 => 0,
            Call::Dequeue => {
                let first = self.values[0];
                self.values.copy_within(1..self.len, 0);
                self.len -= 1;
                first
            }
        }
    }
}

#[derive(Clone, Copy)]
pub(super) struct Op {
    pub(super) client: usize,
    pub(super) call: Call,
    pub(super) result: u8,
    pub(super) start: usize,
    pub(super) end: Option<usize>,
}

impl Op {
    pub(super) fn told(&self) -> String {
        match (self.call, self.result, self.end) {
            (Call::Write(value), ..) => format!("W {value}"),
            (Call::Read, value, _) => format!("R {value}"),
            (Call::Swap(from, to), _, None) => format!("C {from}→{to}"),
            (Call::Swap(from, to), result, _) => {
                format!("C {from}→{to} {}", if result == 1 { "ok" } else { "no" })
            }
            (Call::Enqueue(value), ..) => format!("enq {value}"),
            (Call::Dequeue, _, None) => "deq".to_owned(),
            (Call::Dequeue, 0, _) => "deq none".to_owned(),
            (Call::Dequeue, value, _) => format!("deq {value}"),
        }
    }

    pub(super) fn before(&self, other: &Self) -> bool {
        self.end.is_some_and(|end| end < other.start)
    }
}

pub(super) type Relation = fn(&Op, &Op) -> bool;

pub(super) fn real_time(a: &Op, b: &Op) -> bool {
    a.before(b)
}

pub(super) fn own_order(a: &Op, b: &Op) -> bool {
    a.client == b.client && a.start < b.start
}

pub(super) fn by_call(a: &Op, b: &Op) -> bool {
    a.start < b.start
}

/// How results are held against the object: what of the specification counts.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Strictness {
    Full,
    /// A compare-and-set that failed, and a dequeue that found nothing, may stand anywhere.
    FailuresFree,
    /// A queue may hand out whatever it holds.
    AnyOut,
}

/// A search for orders that an object explains and that keep a relation.
struct Search<'a> {
    ops: &'a [Op],
    precedes: Relation,
    strictness: Strictness,
    /// The operation whose result is asked for: any will do.
    asked: Option<usize>,
}

impl Search<'_> {
    fn run(&self, queue: bool, found: &mut dyn FnMut(&[usize], u8) -> bool) {
        let all = (1 << self.ops.len()) - 1;
        self.each(State::new(queue), all, &mut Vec::with_capacity(self.ops.len()), 0, found);
    }

    /// Calls back with each order found and the result of the asked operation in it, until told to stop.
    ///
    /// `left` is the set of operations that have not taken effect yet.
    fn each(
        &self,
        state: State,
        left: u32,
        order: &mut Vec<usize>,
        result: u8,
        found: &mut dyn FnMut(&[usize], u8) -> bool,
    ) -> bool {
        let open = |at: usize| left >> at & 1 == 1;
        let finished = |at: usize| self.ops[at].end.is_some();
        if (0..self.ops.len()).all(|at| !open(at) || !finished(at)) && found(order, result) {
            return true;
        }
        for (at, op) in self.ops.iter().enumerate() {
            let held = |other: usize| other != at && open(other) && (self.precedes)(&self.ops[other], op);
            if !open(at) || (0..self.ops.len()).any(held) {
                continue;
            }
            let mut next = state;
            let given = self.take_effect(op, &mut next);
            // Nobody saw the result of what never returned.
            if op.end.is_none() || self.asked == Some(at) || given == op.result {
                order.push(at);
                let result = if self.asked == Some(at) { given } else { result };
                if self.each(next, left & !(1 << at), order, result, found) {
                    return true;
                }
                order.pop();
            }
        }
        false
    }

    fn take_effect(&self, op: &Op, state: &mut State) -> u8 {
        let failed = op.result == 0 && matches!(op.call, Call::Swap(..) | Call::Dequeue);
        match self.strictness {
            Strictness::FailuresFree if failed => 0,
            Strictness::AnyOut if op.call == Call::Dequeue && !failed => {
                // Brings the wanted value to the front, where it is there at all.
                let values = &mut state.values[..state.len];
                if let Some(place) = values.iter().position(|&value| value == op.result) {
                    values[..=place].rotate_right(1);
                }
                state.apply(op.call)
            }
            _ => state.apply(op.call),
        }
    }
}

/// Returns one order that explains a history.
pub(super) fn explain(
    ops: &[Op],
    queue: bool,
    precedes: Relation,
    strictness: Strictness,
) -> Option<Vec<usize>> {
    let search = Search { ops, precedes, strictness, asked: None };
    let mut order = None;
    search.run(queue, &mut |found, _| {
        order = Some(found.to_vec());
        true
    });
    order
}

pub(super) fn is_linearizable(ops: &[Op], queue: bool) -> bool {
    explain(ops, queue, real_time, Strictness::Full).is_some()
}

/// Returns every result that an operation can have had, each with an order in which it has it.
pub(super) fn results(ops: &[Op], queue: bool, asked: usize, precedes: Relation) -> Vec<(u8, Vec<usize>)> {
    results_where(ops, queue, asked, precedes, &|_| true)
}

/// Returns the results in the orders that satisfy.
pub(super) fn results_where(
    ops: &[Op],
    queue: bool,
    asked: usize,
    precedes: Relation,
    satisfies: &dyn Fn(&[usize]) -> bool,
) -> Vec<(u8, Vec<usize>)> {
    let search = Search { ops, precedes, strictness: Strictness::Full, asked: Some(asked) };
    let mut found: Vec<(u8, Vec<usize>)> = Vec::new();
    search.run(queue, &mut |order, result| {
        if found.iter().all(|(known, _)| *known != result) && satisfies(order) {
            found.push((result, order.to_vec()));
        }
        false
    });
    found.sort_unstable();
    found
}
