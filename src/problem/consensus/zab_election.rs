//! `zab.election`: transaction ids of ZooKeeper, and who wins an election by them.

use serde_json::json;

use crate::problem::text::SERVERS;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, diagram};

pub const FAMILY: &dyn Family = &ZabElection;

struct ZabElection;

const DECIMAL: &str = "the id is written in base 16: its digits are worth powers of 16";
const HALVES_SWAPPED: &str = "the epoch stands in the high half, the counter in the low one";
const SMALLEST_ID: &str = "with all else equal the larger server id wins";
const ID_ALONE: &str = "the server id only breaks ties";
const COUNTER_FIRST: &str = "the counter only counts within an epoch: the epoch is compared first";
const ZXID_FIRST: &str = "the current epoch is compared before the last transaction";
const DOWN_TOO: &str = "a server that is down takes no part";
const NO_QUORUM_CHECK: &str = "fewer than a majority of all servers are up, so nobody can win";
const MAJORITY_OF_LIVE: &str = "a majority of all servers is up, so there is a winner";
const BASE_16: &str = "you gave the difference in base 16; base 10 is asked";

impl Family for ZabElection {
    fn name(&self) -> &'static str {
        "zab.election"
    }

    fn title(&self) -> &'static str {
        "read transaction ids and find who wins by them"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", ASKS, &[]).graded_words([
                    &["decode", "winner"],
                    &["behind", "winner", "winner"],
                    &["winner", "winner", "ranking"],
                ]),
                Parameter::one_of("servers", "voting servers", &[3, 5, 7], &[]).graded([
                    &[3, 5],
                    &[5, 7],
                    &[5, 7],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            DECIMAL,
            HALVES_SWAPPED,
            SMALLEST_ID,
            ID_ALONE,
            COUNTER_FIRST,
            ZXID_FIRST,
            DOWN_TOO,
            NO_QUORUM_CHECK,
            MAJORITY_OF_LIVE,
            BASE_16,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        match with.word("asks") {
            "decode" => decode(draw),
            "behind" => behind(draw),
            asks => election(asks, with.count("servers"), draw, difficulty),
        }
    }
}

const ASKS: &[&str] = &["decode", "behind", "winner", "ranking"];

const HALVES: &str = "A ZooKeeper transaction id (zxid) has 64 bits: the **epoch** in the high 32, a **counter** in the low 32";

fn hex(epoch: u64, counter: u64) -> String {
    format!("0x{:x}", epoch << 32 | counter)
}

fn decode(draw: &mut Draw) -> Instance {
    let (epoch, counter) = (draw.range(1, 40), draw.range(17, 700));
    let zxid = hex(epoch as u64, counter as u64);
    let digits = |value: usize| format!("{value:x}");
    // What somebody reads who takes the digits for decimal ones, where there are no letters among them.
    let as_decimal: Option<(u64, u64)> = digits(epoch).parse().ok().zip(digits(counter).parse().ok());
    let instance = Instance::new(
        format!(
            "{HALVES}. A server's last zxid is **{zxid}** (in base 16). What are its epoch and its counter, in base 10? Give two numbers \
             with a comma between: epoch, counter."
        ),
        answer::tuple(&[epoch, counter]),
        format!(
            "The low 32 bits are the last 8 hexadecimal digits, {counter:08x}: {counter}. What stands before them is the epoch, \
             {epoch:x}: {epoch}."
        ),
        json!({ "asks": "decode", "zxid": zxid }),
    )
    .mistake(format!("{counter}, {epoch}"), HALVES_SWAPPED);
    match as_decimal {
        Some((epoch, counter)) => instance.mistake(format!("{epoch}, {counter}"), DECIMAL),
        None => instance,
    }
}

fn behind(draw: &mut Draw) -> Instance {
    let epoch = draw.range(2, 30) as u64;
    let ahead = draw.range(40, 4000) as u64;
    let missing = draw.range(3, 39) as u64;
    let (one, other) = (hex(epoch, ahead), hex(epoch, ahead - missing));
    Instance::new(
        format!(
            "{HALVES}, which grows by 1 with each transaction of the epoch. The leader's last zxid is **{one}**, a follower's is \
             **{other}** (in base 16). How many transactions does the follower lack (in base 10)?"
        ),
        answer::count(missing as usize),
        format!(
            "Both are of epoch {epoch}; the counters are {ahead:x} and {:x} in base 16, {ahead} and {} in base 10. {ahead} − {} = \
             {missing}.",
            ahead - missing,
            ahead - missing,
            ahead - missing
        ),
        json!({ "asks": "behind", "leader": one, "follower": other }),
    )
    .mistake(as_if_decimal(ahead, ahead - missing).unwrap_or(missing as usize), DECIMAL)
    .mistake(format!("{missing:x}").parse().unwrap_or(missing as usize), BASE_16)
}

/// The difference of two numbers whose hexadecimal digits are taken for decimal ones.
fn as_if_decimal(larger: u64, smaller: u64) -> Option<usize> {
    let read = |value: u64| format!("{value:x}").parse::<usize>().ok();
    read(larger)?.checked_sub(read(smaller)?)
}

/// A server's vote for itself: its current epoch, its last zxid, its id; and whether it is up.
#[derive(Clone, Copy)]
struct Server {
    current: u64,
    epoch: u64,
    counter: u64,
    id: usize,
    up: bool,
}

fn election(asks: &str, n: usize, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let current_shown = difficulty.level() == 2;
    let quorum = n / 2 + 1;
    let ranking = asks == "ranking";
    // Now and then too few are up.
    let none = !ranking && difficulty.level() > 0 && draw.chance(1, 6);
    let servers = draw.until(|draw| {
        let base = draw.range(2, 20) as u64;
        let counter = draw.range(20, 300) as u64;
        let mut servers: Vec<Server> = (1..=n)
            .map(|id| {
                let epoch = base + u64::from(draw.coin());
                let current = epoch + u64::from(current_shown && draw.chance(1, 3));
                // Few different counters: ties are common.
                Server { current, epoch, counter: counter + draw.range(0, 3) as u64, id, up: true }
            })
            .collect();
        let down = match (none, difficulty.level()) {
            (true, _) => draw.range(n - quorum + 1, n - 2),
            (false, 0) => 0,
            (false, _) => draw.range(1, n - quorum),
        };
        for index in draw.distinct(down, 0, n as i64 - 1) {
            servers[index as usize].up = false;
        }
        let best = winner(&servers, &|server| server.up)?;
        // A longer counter in an older epoch is there to be passed over.
        let trap = servers.iter().any(|server| server.up && server.counter > best.counter);
        (trap || draw.chance(1, 3)).then_some(servers)
    });
    let rows: Vec<Vec<String>> = servers
        .iter()
        .map(|server| {
            let mut row = vec![SERVERS[server.id - 1].to_owned(), hex(server.epoch, server.counter)];
            if current_shown {
                row.insert(1, server.current.to_string());
            }
            if difficulty.level() > 0 {
                row.push(if server.up { "up" } else { "down" }.to_owned());
            }
            row
        })
        .collect();
    let mut head = vec!["server", "last zxid"];
    if current_shown {
        head.insert(1, "current epoch");
    }
    if difficulty.level() > 0 {
        head.push("state");
    }
    let picture = diagram::table(&head, &rows);
    let rule = if current_shown {
        "A vote for a server beats another if that server's **current epoch** is larger (the last epoch whose leader it has \
         followed, perhaps without a transaction in it); if these are equal, if its last zxid is larger; if these are equal too, if its id is larger \
         (S2 beats S1)"
    } else {
        "A vote for a server beats another if that server's last zxid is larger; if these are equal, if its id is larger (S2 beats S1)"
    };
    let up: Vec<&Server> = servers.iter().filter(|server| server.up).collect();
    let values = json!({
        "asks": asks, "shown": current_shown,
        "servers": servers.iter().map(|s| json!([s.current, hex(s.epoch, s.counter), s.id, s.up])).collect::<Vec<_>>(),
    });
    let scene = format!("{HALVES}. These **{n}** servers elect a leader:\n\n{}\n\n{rule}.", picture.fence());
    if ranking {
        return rank(&scene, &servers, values).spoken(picture.spoken);
    }
    let best = winner(&servers, &|server| server.up).unwrap_or(servers[0]);
    let has_quorum = up.len() >= quorum;
    let name = |server: Server| SERVERS[server.id - 1].to_owned();
    let right = if has_quorum { name(best) } else { "none".to_owned() };
    let solution = if has_quorum {
        format!(
            "{} of {n} are up, a majority. Of these {} has the best vote: {}zxid {}, which is epoch {} and counter {}.",
            up.len(),
            name(best),
            if current_shown { format!("current epoch {}, ", best.current) } else { String::new() },
            hex(best.epoch, best.counter),
            best.epoch,
            best.counter
        )
    } else {
        format!("Only {} of {n} are up; a leader needs a majority, {quorum}.", up.len())
    };
    let accepted = if has_quorum {
        vec![right.clone(), right.to_lowercase()]
    } else {
        vec!["none".into(), "nobody".into(), "no one".into()]
    };
    let instance = Instance::new(
        format!(
            "{scene} A leader needs a **majority of all {n}** servers. Who becomes leader? Answer with the server's name, or `none`."
        ),
        answer::typed(accepted),
        solution,
        values,
    )
    .spoken(picture.spoken);
    if !has_quorum {
        return instance.mistake(name(best), NO_QUORUM_CHECK);
    }
    let by = |key: &dyn Fn(&Server) -> (u64, u64, i64)| {
        up.iter().copied().copied().max_by_key(|server| key(server)).map_or_else(String::new, name)
    };
    let id = |server: &Server| server.id as i64;
    instance
        .mistake(winner(&servers, &|_| true).map_or_else(String::new, name), DOWN_TOO)
        .mistake(by(&|server| (server.epoch, server.counter, id(server))), ZXID_FIRST)
        .mistake(by(&|server| (server.counter, server.epoch, id(server))), COUNTER_FIRST)
        .mistake(
            by(&|server| (server.current, server.epoch << 32 | server.counter, -id(server))),
            SMALLEST_ID,
        )
        .mistake(by(&|server| (0, 0, id(server))), ID_ALONE)
        .mistake("none", MAJORITY_OF_LIVE)
}

fn winner(servers: &[Server], takes_part: &dyn Fn(&Server) -> bool) -> Option<Server> {
    servers.iter().filter(|server| takes_part(server)).max_by_key(|server| vote(server)).copied()
}

fn vote(server: &Server) -> (u64, u64, u64, usize) {
    (server.current, server.epoch, server.counter, server.id)
}

fn rank(scene: &str, servers: &[Server], values: serde_json::Value) -> Instance {
    let mut order: Vec<&Server> = servers.iter().filter(|server| server.up).collect();
    order.sort_by_key(|server| std::cmp::Reverse(vote(server)));
    let name = |server: &Server| SERVERS[server.id - 1].to_owned();
    let arranged = |key: &dyn Fn(&Server) -> (u64, u64, u64, i64)| {
        let mut by: Vec<usize> = (0..order.len()).collect();
        by.sort_by_key(|&index| std::cmp::Reverse(key(order[index])));
        by
    };
    let id = |server: &Server| server.id as i64;
    let told: Vec<String> = order
        .iter()
        .map(|server| {
            format!(
                "{} ({}, {}, {})",
                name(server),
                server.current,
                hex(server.epoch, server.counter),
                server.id
            )
        })
        .collect();
    Instance::new(
        format!("{scene} Put the votes for the servers that are **up** in order, the best first."),
        answer::order(order.iter().map(|server| name(server)).collect()),
        format!("By (current epoch, zxid, id), largest first: {}.", told.join(", ")),
        values,
    )
    .mistake(arranged(&|server| (0, server.epoch, server.counter, id(server))), ZXID_FIRST)
    .mistake(arranged(&|server| (server.current, server.counter, server.epoch, id(server))), COUNTER_FIRST)
    .mistake(arranged(&|server| (server.current, server.epoch, server.counter, -id(server))), SMALLEST_ID)
}
