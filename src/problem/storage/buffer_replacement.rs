//! `buffer.replacement`: hits and evictions of a buffer pool under LRU, CLOCK or LRU-2.

use serde_json::json;

use crate::problem::text::plural;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &BufferReplacement;

struct BufferReplacement;

const FIRST_IN: &str = "you evicted the page that was loaded first; a hit must count";
const MISSES: &str = "you counted the misses";
const NEWEST: &str = "you evicted the page used last; what was used lately stays";
const EXACT: &str = "you evicted the least recently used page; CLOCK knows only whether the bit is set";
const ZERO_BIT: &str = "you loaded pages with a clear reference bit; here they start with 1";
const HAND_RESET: &str = "you began each sweep at the first frame; the hand stays where it stopped";
const HAND_MOVES: &str = "you moved the hand on a hit";
const LAST_ONLY: &str = "you looked at the last access only; LRU-2 goes by the last but one";
const KEPT: &str = "you counted accesses from before an eviction; that history is dropped";

const POLICIES: &[&str] = &["lru", "clock", "lru-2"];
const ASKS: &[&str] = &["hits", "evicted", "contents"];

impl Family for BufferReplacement {
    fn name(&self) -> &'static str {
        "buffer.replacement"
    }

    fn title(&self) -> &'static str {
        "trace which pages a buffer pool evicts"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("policy", "the replacement policy", POLICIES, POLICIES).graded_words([
                    &["lru"],
                    &["lru", "clock", "clock"],
                    &["clock", "lru-2"],
                ]),
                Parameter::word("asks", "hits, pages evicted, or what is in the pool in the end", ASKS, ASKS)
                    .graded_words([
                        &["hits", "evicted"],
                        &["hits", "evicted", "contents"],
                        &["evicted", "evicted", "contents"],
                    ]),
                Parameter::integer("frames", "frames of the pool", (3, 5), &[]).graded([
                    &[3],
                    &[3, 4],
                    &[3, 4],
                ]),
                Parameter::integer("references", "accesses", (8, 16), &[]).graded([
                    &[8, 9],
                    &[10, 11],
                    &[12, 13],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[FIRST_IN, MISSES, NEWEST, EXACT, ZERO_BIT, HAND_RESET, HAND_MOVES, LAST_ONLY, KEPT]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let (policy, asks, frames) = (with.word("policy"), with.word("asks"), with.count("frames"));
        let kind = match policy {
            "lru" => Policy::Lru,
            "clock" => Policy::Clock { fresh: true, resets: false, moves: false },
            _ => Policy::Lru2 { keeps: false },
        };
        let pages = frames + difficulty.of([1, 2, 2]);
        let count = with.count("references");
        let mut attempts = 0;
        let (trace, run) = draw.until(|draw| {
            attempts += 1;
            let mut trace = Vec::with_capacity(count);
            while trace.len() < count {
                let page = draw.range(0, pages - 1);
                if trace.last() != Some(&page) {
                    trace.push(page);
                }
            }
            let run = replay(&trace, frames, kind);
            let differs = replay(&trace, frames, Policy::Fifo).evicted != run.evicted;
            // An author's sizes may leave no room for a difference; what is asked stays right.
            ((differs && run.hits > 0 || attempts > 2_000) && run.evicted.len() >= 2).then_some((trace, run))
        });
        let written: Vec<String> = trace.iter().map(|&page| name(page)).collect();
        let rule = match policy {
            "lru" => "The pool evicts by LRU: the page whose last access is the longest ago.",
            "clock" => {
                "The pool evicts by CLOCK. Frames stand in a circle and are filled in order; the hand starts at the first. A page \
                 is loaded with reference bit 1; a hit sets its bit to 1 and leaves the hand alone. On a miss in a full pool \
                 the hand goes on from where it stands, clearing bits that are 1, to the first frame with bit 0; that page is \
                 evicted, the new one takes the frame, and the hand moves on to the next frame."
            }
            _ => {
                "The pool evicts by LRU-2: the page whose last but one access is the longest ago. A page with a single access \
                 counts as infinitely long ago; of several such, the one whose access is the longest ago goes. An eviction drops \
                 the page's history."
            }
        };
        let ask = match asks {
            "hits" => "How many accesses are hits?".to_owned(),
            "evicted" => "Which pages are evicted, in order? List them, as `Z X Y`.".to_owned(),
            _ => "Which pages are in the pool in the end? List them in alphabetical order, as `X Y Z`."
                .to_owned(),
        };
        let prompt = format!(
            "A buffer pool has **{}**, empty at first. {rule} Pages are accessed in the order\n\n`{}`\n\n{ask}",
            plural(frames, "frame"),
            written.join(" ")
        );
        let told = |run: &Run| match asks {
            "hits" => Told::Count(run.hits),
            "evicted" => Told::Pages(run.evicted.clone()),
            _ => {
                let mut pages = run.contents.clone();
                pages.sort_unstable();
                Told::Pages(pages)
            }
        };
        let form = match told(&run) {
            Told::Count(hits) => answer::count(hits),
            Told::Pages(pages) => answer::typed(spellings(&pages)),
        };
        let solution = format!(
            "{}\n\n{}, evicted: {}.",
            run.steps.join("\n"),
            plural(run.hits, "hit"),
            line(&run.evicted)
        );
        let values = json!({ "policy": policy, "asks": asks, "frames": frames, "trace": written });
        let mut instance = Instance::new(prompt, form, solution, values);
        for (other, why) in others(kind) {
            instance = match told(&replay(&trace, frames, other)) {
                Told::Count(hits) => instance.mistake(hits, why),
                Told::Pages(pages) => instance.mistake(line(&pages), why),
            };
        }
        if asks == "hits" { instance.mistake(count - run.hits, MISSES) } else { instance }
    }
}

enum Told {
    Count(usize),
    Pages(Vec<usize>),
}

/// What a learner may run instead, likeliest first.
fn others(kind: Policy) -> Vec<(Policy, &'static str)> {
    match kind {
        Policy::Clock { .. } => vec![
            (Policy::Clock { fresh: false, resets: false, moves: false }, ZERO_BIT),
            (Policy::Clock { fresh: true, resets: true, moves: false }, HAND_RESET),
            (Policy::Clock { fresh: true, resets: false, moves: true }, HAND_MOVES),
            (Policy::Lru, EXACT),
            (Policy::Fifo, FIRST_IN),
        ],
        Policy::Lru2 { .. } => {
            vec![(Policy::Lru, LAST_ONLY), (Policy::Lru2 { keeps: true }, KEPT), (Policy::Fifo, FIRST_IN)]
        }
        _ => vec![(Policy::Fifo, FIRST_IN), (Policy::Mru, NEWEST)],
    }
}

#[derive(Clone, Copy)]
enum Policy {
    Lru,
    Mru,
    Fifo,
    /// With pages loaded with a set bit, the hand returning to the first frame, or moving on hits.
    Clock {
        fresh: bool,
        resets: bool,
        moves: bool,
    },
    /// With accesses counted across evictions.
    Lru2 {
        keeps: bool,
    },
}

struct Run {
    hits: usize,
    evicted: Vec<usize>,
    contents: Vec<usize>,
    steps: Vec<String>,
}

struct Frame {
    page: usize,
    loaded: usize,
    accesses: Vec<usize>,
    bit: bool,
}

fn replay(trace: &[usize], frames: usize, policy: Policy) -> Run {
    let mut pool: Vec<Frame> = Vec::with_capacity(frames);
    let mut run = Run { hits: 0, evicted: Vec::new(), contents: Vec::new(), steps: Vec::new() };
    let mut hand = 0;
    for (time, &page) in trace.iter().enumerate() {
        let held = pool.iter().position(|frame| frame.page == page);
        if let Some(frame) = held {
            run.hits += 1;
            pool[frame].accesses.push(time);
            pool[frame].bit = true;
            if let Policy::Clock { moves: true, .. } = policy {
                hand = (frame + 1) % frames;
            }
            run.steps.push(format!("- {}: hit", name(page)));
            continue;
        }
        let bit = !matches!(policy, Policy::Clock { fresh: false, .. });
        let mut fresh = Frame { page, loaded: time, accesses: vec![time], bit };
        if let Policy::Lru2 { keeps: true } = policy {
            fresh.accesses = (0..=time).filter(|&at| trace[at] == page).collect();
        }
        if pool.len() < frames {
            pool.push(fresh);
            run.steps.push(format!("- {}: loaded", name(page)));
            continue;
        }
        let victim = match policy {
            Policy::Clock { resets, .. } => {
                if resets {
                    hand = 0;
                }
                while std::mem::take(&mut pool[hand].bit) {
                    hand = (hand + 1) % frames;
                }
                let victim = hand;
                hand = (hand + 1) % frames;
                victim
            }
            _ => least(&pool, policy),
        };
        run.evicted.push(pool[victim].page);
        run.steps.push(format!("- {}: evicts {}", name(page), name(pool[victim].page)));
        pool[victim] = fresh;
    }
    run.contents = pool.iter().map(|frame| frame.page).collect();
    run
}

fn least(pool: &[Frame], policy: Policy) -> usize {
    let key = |frame: &Frame| {
        let last = frame.accesses.last().copied().unwrap_or_default();
        match policy {
            Policy::Fifo => (0, frame.loaded),
            Policy::Mru => (0, usize::MAX - last),
            Policy::Lru2 { .. } => match frame.accesses.as_slice() {
                [.., before, _] => (1, *before),
                _ => (0, last),
            },
            _ => (0, last),
        }
    };
    (0..pool.len()).min_by_key(|&index| key(&pool[index])).unwrap_or_default()
}

fn name(page: usize) -> String {
    char::from(b'A' + page as u8).to_string()
}

fn line(pages: &[usize]) -> String {
    pages.iter().map(|&page| name(page)).collect::<Vec<_>>().join(" ")
}

fn spellings(pages: &[usize]) -> Vec<String> {
    let line = line(pages);
    let mut all = vec![line.clone(), line.replace(' ', "")];
    let names: Vec<String> = pages.iter().map(|&page| name(page)).collect();
    all.extend(answer::tuple_spellings(&names));
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worked_traces() {
        let trace: Vec<usize> = b"ABCABDAEBC".iter().map(|page| usize::from(page - b'A')).collect();
        for (policy, hits, evicted) in [
            (Policy::Lru, 3, "C B D A"),
            (Policy::Clock { fresh: true, resets: false, moves: false }, 2, "A B C D A"),
            (Policy::Lru2 { keeps: false }, 4, "C D E"),
        ] {
            let run = replay(&trace, 3, policy);
            assert_eq!((run.hits, line(&run.evicted)), (hits, evicted.to_owned()));
        }
    }
}
