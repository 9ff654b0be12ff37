//! `etcd.revisions`: revisions, versions and reads of the past in etcd's key-value store.

use serde_json::json;

use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, text};

pub const FAMILY: &dyn Family = &Revisions;

struct Revisions;

const FROM_ZERO: &str = "the empty store is at revision 1, so the first change makes revision 2";
const EACH_PUT: &str = "a transaction makes one revision, however many keys it changes";
const READS_COUNT: &str = "reads, and deletes of keys that are not there, make no revision";
const DELETE_FREE: &str = "a delete of a key that is there makes a revision too";
const NOT_RESET: &str =
    "a delete ends a key's life: its version and create revision start anew with the next put";
const VERSION_REVISION: &str =
    "you gave a revision; the version counts the key's own changes since it was created";
const VERSION_ZERO: &str = "the put that creates a key gives it version 1, not 0";
const CREATE_MOD: &str = "you mixed up create and mod revision";
const LATEST: &str = "that is the value now; the revision asked for is an older one";
const GONE: &str = "reads below the compaction revision fail, though nothing changed there since";
const KEPT: &str = "the compaction revision itself, and all above, can still be read";
const ABSENT: &str = "the key was there at that revision";

/// A request; keys are indices.
#[derive(Clone, Debug)]
enum Request {
    Put(usize, i64),
    Delete(usize),
    Get(usize),
    /// All in one transaction: keys put with values.
    Txn(Vec<(usize, i64)>),
}

const KEYS: [&str; 3] = ["a", "b", "c"];

impl Request {
    fn shown(&self) -> String {
        match self {
            Self::Put(key, value) => format!("put {} {value}", KEYS[*key]),
            Self::Delete(key) => format!("delete {}", KEYS[*key]),
            Self::Get(key) => format!("get {}", KEYS[*key]),
            Self::Txn(puts) => {
                let puts: Vec<String> =
                    puts.iter().map(|(key, value)| format!("put {} {value}", KEYS[*key])).collect();
                format!("txn {{ {} }}", puts.join("; "))
            }
        }
    }
}

/// What is known of a live key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Fields {
    create: i64,
    modified: i64,
    version: i64,
    value: i64,
}

/// The store after some requests.
#[derive(Clone)]
struct Store {
    revision: i64,
    keys: [Option<Fields>; 3],
}

impl Store {
    fn new() -> Self {
        Self { revision: 1, keys: [None; 3] }
    }

    fn put(&mut self, key: usize, value: i64) {
        let revision = self.revision;
        self.keys[key] = Some(match self.keys[key] {
            Some(old) => Fields { modified: revision, version: old.version + 1, value, ..old },
            None => Fields { create: revision, modified: revision, version: 1, value },
        });
    }

    fn apply(&mut self, request: &Request) {
        match request {
            Request::Put(key, value) => {
                self.revision += 1;
                self.put(*key, *value);
            }
            Request::Delete(key) => {
                if self.keys[*key].take().is_some() {
                    self.revision += 1;
                }
            }
            Request::Get(_) => {}
            Request::Txn(puts) => {
                self.revision += 1;
                puts.iter().for_each(|&(key, value)| self.put(key, value));
            }
        }
    }
}

impl Family for Revisions {
    fn name(&self) -> &'static str {
        "etcd.revisions"
    }

    fn title(&self) -> &'static str {
        "follow revisions and versions in etcd"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", &["revision", "version", "fields", "read"], &[])
                    .graded_words([
                        &["revision", "version"],
                        &["revision", "fields", "read"],
                        &["fields", "read"],
                    ]),
                Parameter::integer("requests", "requests made before the question", (3, 14), &[]).graded([
                    &[4, 5, 6],
                    &[6, 7, 8],
                    &[8, 9, 10, 11],
                ]),
                Parameter::bool("transactions", "whether several keys change in one transaction", &[true])
                    .graded_bools([&[false], &[true], &[true]]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            FROM_ZERO,
            EACH_PUT,
            READS_COUNT,
            DELETE_FREE,
            NOT_RESET,
            VERSION_REVISION,
            VERSION_ZERO,
            CREATE_MOD,
            LATEST,
            GONE,
            KEPT,
            ABSENT,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let asks = with.word("asks");
        let (count, transactions) = (with.count("requests"), with.bool("transactions"));
        let (requests, key) = draw.until(|draw| {
            let requests = requests(count, transactions, difficulty.level(), draw);
            let store = replay(&requests);
            let key =
                (0..3).filter(|&key| store.keys[key].is_some()).max_by_key(|&key| score(&requests, key))?;
            let version = store.keys[key].map_or(0, |fields| fields.version);
            (asks == "revision" || asks == "read" || version >= 2 || count < 5).then_some((requests, key))
        });
        let lines: Vec<String> = requests
            .iter()
            .enumerate()
            .map(|(at, request)| format!("{}. `{}`", at + 1, request.shown()))
            .collect();
        let story = format!(
            "An empty etcd store (revision 1) answers these requests, all successfully:\n\n{}\n\n",
            lines.join("\n")
        );
        let shown: Vec<String> = requests.iter().map(Request::shown).collect();
        let values = json!({ "asks": asks, "requests": shown, "key": KEYS[key] });
        match asks {
            "revision" => revision(&story, &requests, values),
            "read" => read(&story, &requests, values, draw, difficulty),
            _ => fields(asks, &story, &requests, key, values),
        }
    }
}

/// Prefers keys that were deleted and put again, then those changed often.
fn score(requests: &[Request], wanted: usize) -> usize {
    requests
        .iter()
        .map(|request| match request {
            Request::Delete(key) if *key == wanted => 5,
            Request::Put(key, _) if *key == wanted => 1,
            _ => 0,
        })
        .sum()
}

fn replay(requests: &[Request]) -> Store {
    let mut store = Store::new();
    requests.iter().for_each(|request| store.apply(request));
    store
}

fn requests(count: usize, transactions: bool, level: u8, draw: &mut Draw) -> Vec<Request> {
    let keys = if level == 0 { 2 } else { 3 };
    let mut store = Store::new();
    let mut requests = Vec::with_capacity(count);
    // Each value once, so that a value tells when it was written.
    let mut fresh = draw.distinct(2 * count + 2, 10, 99).into_iter();
    let mut value = move || fresh.next().unwrap_or(0);
    let mut last_deleted = None;
    while requests.len() < count {
        let key = draw.range(0, keys - 1);
        let live = store.keys[key].is_some();
        let kind = draw.weighted(&[10, 4, u64::from(level.min(1)) * 2, u64::from(transactions) * 4]);
        let request = match kind {
            1 if live => Request::Delete(key),
            // A delete that finds nothing is a trap for later.
            1 if level >= 1 && !requests.is_empty() && last_deleted != Some(key) => Request::Delete(key),
            2 => Request::Get(key),
            3 => {
                let chosen = draw.subset(&[0, 1, 2][..keys], 2);
                Request::Txn(chosen.into_iter().map(|key| (key, value())).collect())
            }
            _ => Request::Put(key, value()),
        };
        last_deleted = if let Request::Delete(key) = request { Some(key) } else { None };
        store.apply(&request);
        requests.push(request);
    }
    requests
}

/// What each request does to the revision, step by step.
fn steps(requests: &[Request]) -> String {
    let mut store = Store::new();
    let mut told = Vec::with_capacity(requests.len());
    for (at, request) in requests.iter().enumerate() {
        let before = store.revision;
        store.apply(request);
        told.push(match request {
            _ if store.revision > before => format!("{} → {}", at + 1, store.revision),
            Request::Get(_) => format!("{} reads only", at + 1),
            _ => format!("{} finds nothing to delete", at + 1),
        });
    }
    format!("Revisions by request: {}.", told.join(", "))
}

fn revision(story: &str, requests: &[Request], values: serde_json::Value) -> Instance {
    let mut store = Store::new();
    let (mut each_put, mut all, mut no_deletes) = (1_i64, 1_i64, 1_i64);
    for request in requests {
        let before = store.revision;
        store.apply(request);
        let changed = store.revision - before;
        all += 1;
        each_put += if let Request::Txn(puts) = request { puts.len() as i64 } else { changed };
        no_deletes += if matches!(request, Request::Delete(_)) { 0 } else { changed };
    }
    Instance::new(
        format!("{story}What is the store's **revision** now?"),
        answer::count(store.revision as usize),
        steps(requests),
        values,
    )
    .mistake(store.revision - 1, FROM_ZERO)
    .mistake(each_put, EACH_PUT)
    .mistake(all, READS_COUNT)
    .mistake(no_deletes, DELETE_FREE)
}

fn fields(asks: &str, story: &str, requests: &[Request], key: usize, values: serde_json::Value) -> Instance {
    let store = replay(requests);
    let name = KEYS[key];
    let Some(fields) = store.keys[key] else { unreachable!("the key asked for is there") };
    // As if a delete did not end the key's life, and as if the store began at 0.
    let mut endless = Store::new();
    for request in requests {
        match request {
            Request::Delete(deleted) if endless.keys[*deleted].is_some() => endless.revision += 1,
            Request::Delete(_) => {}
            other => endless.apply(other),
        }
    }
    let endless = endless.keys[key].unwrap_or(fields);
    let solution = format!(
        "{} The present life of `{name}` began at revision {}, its last change was {}, and it was put {} in between: \
         create {}, mod {}, version {}.",
        steps(requests),
        fields.create,
        fields.modified,
        if fields.version == 1 { "once".to_owned() } else { format!("{} times", fields.version) },
        fields.create,
        fields.modified,
        fields.version
    );
    if asks == "version" {
        return Instance::new(
            format!("{story}What is the **version** of key `{name}` now?"),
            answer::count(fields.version as usize),
            solution,
            values,
        )
        .mistake(endless.version, NOT_RESET)
        .mistake(fields.modified, VERSION_REVISION)
        .mistake(fields.version - 1, VERSION_ZERO);
    }
    let tuple = |fields: Fields| text::tuple(&[fields.create, fields.modified, fields.version]);
    let each_put = {
        let mut store = Store::new();
        for request in requests {
            match request {
                Request::Txn(puts) => {
                    puts.iter().for_each(|&(key, value)| store.apply(&Request::Put(key, value)));
                }
                other => store.apply(other),
            }
        }
        store.keys[key].unwrap_or(fields)
    };
    let from_zero = Fields { create: fields.create - 1, modified: fields.modified - 1, ..fields };
    Instance::new(
        format!(
            "{story}Give the **create revision, mod revision and version** of key `{name}`, in this order, as `(4, 7, 2)`."
        ),
        answer::tuple(&[fields.create, fields.modified, fields.version]),
        solution,
        values,
    )
    .mistake(tuple(endless), NOT_RESET)
    .mistake(tuple(each_put), EACH_PUT)
    .mistake(tuple(from_zero), FROM_ZERO)
    .mistake(tuple(Fields { create: fields.modified, modified: fields.create, ..fields }), CREATE_MOD)
}

fn read(
    story: &str,
    requests: &[Request],
    mut values: serde_json::Value,
    draw: &mut Draw,
    difficulty: Difficulty,
) -> Instance {
    // The store as of each revision, from 1 on.
    let mut stores = vec![Store::new()];
    for request in requests {
        let mut next = stores[stores.len() - 1].clone();
        next.apply(request);
        if next.revision > stores[stores.len() - 1].revision {
            stores.push(next);
        }
    }
    let last = stores.len() as i64;
    let mentioned: Vec<usize> =
        (0..3).filter(|&key| stores.iter().any(|store| store.keys[key].is_some())).collect();
    let key = *draw.pick(&mentioned);
    let at = draw.integer(2.min(last), (last - 1).max(2.min(last)));
    let compacted = (difficulty.level() > 0 || draw.coin())
        .then(|| draw.integer((at - 1).max(2), (at + 2).min(last).max(2)));
    let name = KEYS[key];
    let held = stores[at as usize - 1].keys[key].map(|fields| fields.value);
    let fails = compacted.is_some_and(|compacted| at < compacted);
    let written: Vec<i64> = {
        let mut all: Vec<i64> =
            stores.iter().filter_map(|store| store.keys[key]).map(|fields| fields.value).collect();
        all.dedup();
        all
    };
    let now = stores[stores.len() - 1].keys[key].map(|fields| fields.value);
    let compaction = match compacted {
        Some(compacted) => format!("Then the store is **compacted at revision {compacted}**. "),
        None => String::new(),
    };
    let why_not = match compacted {
        Some(compacted) if fails => format!("{at} lies below the compaction revision {compacted}"),
        Some(compacted) => format!("{at} is not below the compaction revision {compacted}"),
        None => "nothing was compacted".to_owned(),
    };
    let state = match held {
        Some(value) => format!("at revision {at} `{name}` was {value}"),
        None => format!("at revision {at} there was no `{name}`"),
    };
    let mut options: Vec<_> = written
        .iter()
        .map(|&value| answer::option(value.to_string(), !fails && held == Some(value), state.clone()))
        .collect();
    options.push(answer::option("no such key", !fails && held.is_none(), state.clone()));
    options.push(answer::option("an error: the revision was compacted", fails, why_not.clone()));
    let (absent, error) = (options.len() - 2, options.len() - 1);
    let place = |value: Option<i64>| match value {
        Some(value) => written.iter().position(|&other| other == value).unwrap_or(absent),
        None => absent,
    };
    values["key"] = json!(name);
    values["at"] = json!(at);
    values["compacted"] = json!(compacted);
    let solution = if fails {
        format!("{} {}, but {why_not}: the read fails.", steps(requests), capital(&state))
    } else {
        format!("{} {}, and {state}.", steps(requests), capital(&why_not))
    };
    let mut instance = Instance::new(
        format!(
            "{story}{compaction}What does a client get that reads key `{name}` **at revision {at}**? (Values that were \
             overwritten stay readable until they are compacted.)"
        ),
        answer::choice(options),
        solution,
        values,
    )
    .mistake(vec![place(now)], LATEST);
    if fails {
        instance = instance.mistake(vec![place(held)], GONE);
    } else if compacted.is_some() {
        instance = instance.mistake(vec![error], KEPT);
    }
    instance.mistake(vec![absent], ABSENT)
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_change_makes_revision_two_and_a_delete_resets_the_version() {
        let store = replay(&[Request::Put(0, 1), Request::Put(0, 2)]);
        assert_eq!(store.revision, 3);
        assert_eq!(store.keys[0], Some(Fields { create: 2, modified: 3, version: 2, value: 2 }));
        let again = replay(&[Request::Put(0, 1), Request::Delete(0), Request::Delete(0), Request::Put(0, 2)]);
        assert_eq!(again.keys[0], Some(Fields { create: 4, modified: 4, version: 1, value: 2 }));
        assert_eq!(replay(&[Request::Txn(vec![(0, 1), (1, 2)]), Request::Get(0)]).revision, 2);
    }
}
