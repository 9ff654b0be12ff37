//! `session.guarantees`: the servers that may serve a session's next operation without breaking its guarantees.

use serde_json::json;

use crate::problem::text::{PROCESSES, list, tuple};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, diagram};

pub const FAMILY: &dyn Family = &SessionGuarantees;

struct SessionGuarantees;

const OTHER_VECTOR: &str =
    "you compared with the session's other vector: the guarantee asks about its reads or about its writes";
const BY_SUM: &str = "compare entry by entry: more writes in all are no help where one is missing";
const STRICTLY: &str = "an equal entry is enough";
const ONLY_NEWEST: &str = "any server that knows enough will do, not only the one that knows most";
const ONE_OF_BOTH: &str = "both guarantees must hold, so the server must know both the reads and the writes";
const NOTHING_ASKED: &str = "a server that lacks a write that counts may not serve";

impl Family for SessionGuarantees {
    fn name(&self) -> &'static str {
        "session.guarantees"
    }

    fn title(&self) -> &'static str {
        "find the servers that keep a session's guarantees"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("guarantee", "what the session asks for", GUARANTEES, GUARANTEES)
                    .graded_words([
                        &["read-your-writes", "monotonic-reads"],
                        &["read-your-writes", "monotonic-reads", "writes-follow-reads", "monotonic-writes"],
                        &["both-reads", "both-writes", "read-your-writes", "writes-follow-reads"],
                    ]),
                Parameter::integer("servers", "servers with a copy", (3, 5), &[]).graded([&[3], &[4], &[4]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[OTHER_VECTOR, BY_SUM, STRICTLY, ONLY_NEWEST, ONE_OF_BOTH, NOTHING_ASKED]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let n = with.count("servers");
        let guarantee = with.word("guarantee");
        let traced = difficulty.level() == 2;
        let asked = Asked::of(guarantee);
        // Any set of servers may be the right one.
        let wanted = draw.range(1, (1 << n) - 1);
        let (session, servers) = draw.until(|draw| {
            let session = Session::draw(n, draw);
            let need = asked.need(&session);
            let (read_at, read) = &session.read_at;
            let servers: Vec<Vec<usize>> = (0..n)
                .map(|server| {
                    let entry = |draw: &mut Draw, entry: usize| {
                        // A server knows all writes that it took itself, and forgets nothing.
                        let low = if server == entry {
                            session.top[entry]
                        } else if wanted >> server & 1 == 1 {
                            need[entry]
                        } else {
                            need[entry].saturating_sub(2)
                        };
                        let known = draw.range(low, session.top[entry]);
                        if server == *read_at { known.max(read[entry]) } else { known }
                    };
                    (0..n).map(|at| entry(draw, at)).collect()
                })
                .collect();
            let fits = (0..n)
                .filter(|&server| asked.allows(&session, &servers[server]))
                .fold(0, |set, s| set | 1 << s);
            let differ = session.reads != session.writes;
            (fits == wanted && differ).then_some((session, servers))
        });
        let fits: Vec<usize> = (0..n).filter(|&server| asked.allows(&session, &servers[server])).collect();
        let names = &PROCESSES[..n];
        let rows: Vec<Vec<String>> =
            (0..n).map(|server| vec![names[server].to_owned(), tuple(&servers[server])]).collect();
        let picture = diagram::table(&["server", "knows"], &rows);
        let known = if traced {
            session.story(names)
        } else {
            format!(
                "A session's **read vector** is {} (the writes it has seen) and its **write vector** {} (its own writes).",
                tuple(&session.reads),
                tuple(&session.writes)
            )
        };
        let operation = if asked.reading { "read" } else { "write" };
        let what = if traced { "The session's next operation" } else { "Its next operation" };
        let prompt = format!(
            "Each of the servers {} takes writes and passes them on. Vectors have an entry for each server, in this order: so many of \
             the writes that this server took are known (always its first ones). {known} The servers now know:\n\n{}\n\n{what} is a \
             **{operation}**, and it asks for **{}**. Which of the servers may serve it? (several may be right)",
            list(names),
            picture.fence(),
            asked.name
        );
        let need = asked.need(&session);
        let why = |server: usize| match (0..n).find(|&entry| servers[server][entry] < need[entry]) {
            None => format!("It knows all of {}.", tuple(&need)),
            Some(entry) => format!("It lacks writes of {}.", names[entry]),
        };
        let options =
            (0..n).map(|server| answer::option(names[server], fits.contains(&server), why(server))).collect();
        let named: Vec<&str> = fits.iter().map(|&server| names[server]).collect();
        let traced_vectors = if traced {
            format!(
                "Its read vector is {}, its write vector {}. ",
                tuple(&session.reads),
                tuple(&session.writes)
            )
        } else {
            String::new()
        };
        let instance = Instance::new(
            prompt,
            answer::several(options),
            format!(
                "{traced_vectors}A {operation} under {} needs a server that knows {}: {} in every entry. That is so at {}.",
                asked.name,
                asked.rule(),
                tuple(&need),
                list(&named)
            ),
            json!({
                "asks": guarantee, "servers": servers,
                "reads": session.reads, "writes": session.writes,
                "own": session.own, "read_at": session.read_at.0, "top": session.top,
            }),
        )
        .spoken(picture.spoken);
        let such = |test: &dyn Fn(&[usize]) -> bool| {
            (0..n).filter(|&server| test(&servers[server])).collect::<Vec<usize>>()
        };
        let sum = |vector: &[usize]| vector.iter().sum::<usize>();
        let most = servers.iter().map(|known| sum(known)).max().unwrap_or(0);
        let other = if asked.reads && asked.writes {
            such(&|known| covers(known, &session.reads) || covers(known, &session.writes))
        } else {
            such(&|known| covers(known, if asked.reads { &session.writes } else { &session.reads }))
        };
        let strictly = such(&|known| (0..n).all(|entry| known[entry] > need[entry] || need[entry] == 0));
        let ideas = [
            (other, if asked.reads && asked.writes { ONE_OF_BOTH } else { OTHER_VECTOR }),
            (such(&|known| sum(known) >= sum(&need)), BY_SUM),
            (strictly, STRICTLY),
            (such(&|known| sum(known) == most), ONLY_NEWEST),
            ((0..n).collect(), NOTHING_ASKED),
        ];
        ideas
            .into_iter()
            .filter(|(servers, _)| !servers.is_empty())
            .fold(instance, |instance, (servers, name)| instance.mistake(servers, name))
    }
}

const GUARANTEES: &[&str] = &[
    "read-your-writes",
    "monotonic-reads",
    "writes-follow-reads",
    "monotonic-writes",
    "both-reads",
    "both-writes",
];

fn covers(known: &[usize], need: &[usize]) -> bool {
    known.iter().zip(need).all(|(known, need)| known >= need)
}

/// What a guarantee asks for: of which operation, and which of the session's vectors the server must cover.
struct Asked {
    name: &'static str,
    reading: bool,
    reads: bool,
    writes: bool,
}

impl Asked {
    fn of(guarantee: &str) -> Self {
        let (name, reading, reads, writes) = match guarantee {
            "read-your-writes" => ("read your writes", true, false, true),
            "monotonic-reads" => ("monotonic reads", true, true, false),
            "writes-follow-reads" => ("writes follow reads", false, true, false),
            "monotonic-writes" => ("monotonic writes", false, false, true),
            "both-reads" => ("read your writes and monotonic reads", true, true, true),
            _ => ("writes follow reads and monotonic writes", false, true, true),
        };
        Self { name, reading, reads, writes }
    }

    fn need(&self, session: &Session) -> Vec<usize> {
        let entry = |at: usize| {
            let reads = if self.reads { session.reads[at] } else { 0 };
            let writes = if self.writes { session.writes[at] } else { 0 };
            reads.max(writes)
        };
        (0..session.reads.len()).map(entry).collect()
    }

    fn allows(&self, session: &Session, known: &[usize]) -> bool {
        covers(known, &self.need(session))
    }

    fn rule(&self) -> &'static str {
        match (self.reads, self.writes) {
            (true, false) => "what the session has read",
            (false, true) => "what the session has written",
            _ => "what the session has read and what it has written",
        }
    }
}

/// A session that wrote at one or two servers, and read at one.
struct Session {
    reads: Vec<usize>,
    writes: Vec<usize>,
    /// Its writes: the server that took it, and the number of that write there.
    own: Vec<(usize, usize)>,
    /// Where it read, and what that server knew then.
    read_at: (usize, Vec<usize>),
    /// Writes that each server has taken by now.
    top: Vec<usize>,
}

impl Session {
    fn draw(n: usize, draw: &mut Draw) -> Self {
        let top: Vec<usize> = (0..n).map(|_| draw.range(3, 8)).collect();
        let mut writes = vec![0; n];
        let mut own = Vec::new();
        let servers: Vec<usize> = (0..n).collect();
        let count = draw.range(1, 2);
        for at in draw.subset(&servers, count) {
            let number = draw.range(2, top[at]);
            writes[at] = number;
            own.push((at, number));
        }
        let at = draw.range(0, n - 1);
        let reads: Vec<usize> =
            (0..n).map(|entry| draw.range(top[entry].saturating_sub(4), top[entry] - 1)).collect();
        Self { reads: reads.clone(), writes, own, read_at: (at, reads), top }
    }

    fn story(&self, names: &[&str]) -> String {
        let wrote: Vec<String> = self
            .own
            .iter()
            .map(|&(at, number)| format!("at {} (the write with number {number} there)", names[at]))
            .collect();
        let (at, known) = &self.read_at;
        format!(
            "A new session has read at {}, which then knew {}. It has written {}. A read counts as having seen **all** that the server knew; a session's own write \
             stands for the server's writes up to it.",
            names[*at],
            tuple(known),
            wrote.join(" and ")
        )
    }
}
