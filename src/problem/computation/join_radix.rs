//! `join.radix`: where threads write when they partition the input of a radix hash join.

use serde_json::json;

use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer, diagram};

pub const FAMILY: &dyn Family = &JoinRadix;

struct JoinRadix;

const THREADS_FIRST: &str =
    "you laid out thread after thread; the output is laid out partition after partition";
const EARLIER_THREADS: &str = "earlier threads write into the same partition before this thread does";
const EARLIER_PARTITIONS: &str = "all partitions before this one come first, from all threads";
const INCLUSIVE: &str = "you counted this thread's own share too; it begins where the earlier ones end";
const FROM_ONE: &str = "positions are counted from 0";
const HIGH_BITS: &str = "you took other bits of the key";
const START_OF_SHARE: &str = "earlier keys of the same thread and partition are written first";

impl Family for JoinRadix {
    fn name(&self) -> &'static str {
        "join.radix"
    }

    fn title(&self) -> &'static str {
        "find where a radix partitioning writes"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", ASKS, &[]).graded_words([
                    &["counts"],
                    &["share", "key"],
                    &["key"],
                ]),
                Parameter::integer("threads", "threads that partition", (2, 4), &[]).graded([
                    &[2, 3],
                    &[2, 3],
                    &[3, 4],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[THREADS_FIRST, EARLIER_THREADS, EARLIER_PARTITIONS, INCLUSIVE, FROM_ONE, HIGH_BITS, START_OF_SHARE]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let threads = with.count("threads");
        match with.word("asks") {
            "counts" => counts(threads, draw),
            asks => keys(asks, threads, draw, difficulty),
        }
    }
}

const ASKS: &[&str] = &["counts", "share", "key"];

const LAYOUT: &str = "The output is one array: partition 0 first, then partition 1, and so on; within a partition the tuples of \
     thread T1 first, then those of T2, and so on; a thread keeps the order of its input. Positions are counted from **0**";

/// Tuples of a thread in a partition: `counts[thread][partition]`.
type Counts = Vec<Vec<usize>>;

fn offset(counts: &Counts, thread: usize, partition: usize) -> usize {
    let before: usize = counts.iter().map(|of| of[..partition].iter().sum::<usize>()).sum();
    before + earlier_threads(counts, thread, partition)
}

fn earlier_threads(counts: &Counts, thread: usize, partition: usize) -> usize {
    counts[..thread].iter().map(|of| of[partition]).sum()
}

/// Where the share would begin if the output were laid out thread after thread.
fn by_thread(counts: &Counts, thread: usize, partition: usize) -> usize {
    let before: usize = counts[..thread].iter().flatten().sum();
    before + counts[thread][..partition].iter().sum::<usize>()
}

fn steps(counts: &Counts, thread: usize, partition: usize) -> String {
    let before: Vec<String> = (0..partition)
        .map(|at| {
            let of: usize = counts.iter().map(|of| of[at]).sum();
            format!("partition {at}: {of}")
        })
        .collect();
    let threads: Vec<String> =
        (0..thread).map(|at| format!("T{}: {}", at + 1, counts[at][partition])).collect();
    let told =
        |list: Vec<String>, none: &str| if list.is_empty() { none.to_owned() } else { list.join(", ") };
    format!(
        "Tuples before it: partitions before partition {partition}, all threads ({}), and threads before T{} in partition \
         {partition} ({}): the share begins at {}.",
        told(before, "none"),
        thread + 1,
        told(threads, "none"),
        offset(counts, thread, partition)
    )
}

fn table(head: &str, columns: usize, counts: &Counts) -> diagram::Picture {
    let names: Vec<String> = (0..columns).map(|at| format!("partition {at}")).collect();
    let mut heads = vec![head];
    heads.extend(names.iter().map(String::as_str));
    let rows: Vec<Vec<String>> = counts
        .iter()
        .enumerate()
        .map(|(thread, of)| {
            let mut row = vec![format!("T{}", thread + 1)];
            row.extend(of.iter().map(ToString::to_string));
            row
        })
        .collect();
    diagram::table(&heads, &rows)
}

fn counts(threads: usize, draw: &mut Draw) -> Instance {
    let counts: Counts = (0..threads).map(|_| (0..4).map(|_| draw.range(1, 9)).collect()).collect();
    // The very first share begins at 0, which asks nothing.
    let (thread, partition) = draw.until(|draw| {
        let (thread, partition) = (draw.range(0, threads - 1), draw.range(0, 3));
        (partition > 0 || thread > 0).then_some((thread, partition))
    });
    let picture = table("thread", 4, &counts);
    let right = offset(&counts, thread, partition);
    Instance::new(
        format!(
            "{threads} threads partition the input of a radix hash join, without latches: each has counted how many of its tuples \
             fall into each of 4 partitions:\n\n{}\n\n{LAYOUT}. At which position does **T{}** write its first tuple of **partition \
             {partition}**?",
            picture.fence(),
            thread + 1
        ),
        answer::count(right),
        steps(&counts, thread, partition),
        json!({ "asks": "counts", "counts": counts, "thread": thread, "partition": partition }),
    )
    .spoken(picture.spoken)
    .mistake(by_thread(&counts, thread, partition), THREADS_FIRST)
    .mistake(right - earlier_threads(&counts, thread, partition), EARLIER_THREADS)
    .mistake(earlier_threads(&counts, thread, partition), EARLIER_PARTITIONS)
    .mistake(right + counts[thread][partition], INCLUSIVE)
    .mistake(right + 1, FROM_ONE)
}

fn keys(asks: &str, threads: usize, draw: &mut Draw, difficulty: Difficulty) -> Instance {
    let each = difficulty.of([3, 4, 5]);
    let shift = if difficulty.level() == 2 && draw.coin() { 2 } else { 0 };
    let partition_of = |key: i64, shift: u32| (key >> shift & 3) as usize;
    let count = |input: &[Vec<i64>], shift: u32| -> Counts {
        let of =
            |keys: &Vec<i64>, p: usize| keys.iter().filter(|&&key| partition_of(key, shift) == p).count();
        input.iter().map(|keys| (0..4).map(|p| of(keys, p)).collect()).collect()
    };
    let (input, thread, index) = draw.until(|draw| {
        let all = draw.distinct(threads * each, 0, 31);
        let input: Vec<Vec<i64>> = all.chunks(each).map(<[i64]>::to_vec).collect();
        let (thread, index) = (draw.range(0, threads - 1), draw.range(0, each - 1));
        let partition = partition_of(input[thread][index], shift);
        // Something stands before it, and there are other partitions before its own.
        (partition > 0 || thread > 0).then_some((input, thread, index))
    });
    let key = input[thread][index];
    let partition = partition_of(key, shift);
    let counted = count(&input, shift);
    let own = input[thread][..index].iter().filter(|&&other| partition_of(other, shift) == partition).count();
    let begins = offset(&counted, thread, partition);
    let rows: Vec<Vec<String>> = input
        .iter()
        .enumerate()
        .map(|(thread, keys)| {
            let told: Vec<String> = keys.iter().map(|key| format!("{key} ({key:05b})")).collect();
            vec![format!("T{}", thread + 1), told.join("  ")]
        })
        .collect();
    let picture = diagram::table(&["thread", "keys in order, in binary behind"], &rows);
    let bits = if shift == 0 {
        "the partition of a tuple is given by the **lowest two bits** of its key".to_owned()
    } else {
        "the partition of a tuple is given by bits **3 and 2** of its key (bit 0 is the lowest; bits 3 and 2 are read as a \
         number from 0 to 3)"
            .to_owned()
    };
    let scene = format!(
        "{threads} threads partition the input of a radix hash join; {bits}. First each thread counts its tuples by partition, then \
         all write without latches:\n\n{}\n\n{LAYOUT}. ",
        picture.fence()
    );
    let values = json!({
        "asks": asks, "input": input, "shift": shift, "thread": thread, "index": index,
    });
    let share = format!(
        "Counts: {}. {}",
        counted
            .iter()
            .enumerate()
            .map(|(thread, of)| format!("T{} {of:?}", thread + 1))
            .collect::<Vec<_>>()
            .join(", "),
        steps(&counted, thread, partition)
    );
    let other_shift = if shift == 0 { 3 } else { 0 };
    let elsewhere = count(&input, other_shift);
    let other_partition = partition_of(key, other_shift);
    if asks == "share" {
        return Instance::new(
            format!(
                "{scene}At which position does **T{}** write its first tuple of **partition {partition}**?",
                thread + 1
            ),
            answer::count(begins),
            share,
            values,
        )
        .spoken(picture.spoken)
        .mistake(by_thread(&counted, thread, partition), THREADS_FIRST)
        .mistake(begins - earlier_threads(&counted, thread, partition), EARLIER_THREADS)
        .mistake(earlier_threads(&counted, thread, partition), EARLIER_PARTITIONS)
        .mistake(begins + counted[thread][partition], INCLUSIVE)
        .mistake(offset(&elsewhere, thread, partition), HIGH_BITS)
        .mistake(begins + 1, FROM_ONE);
    }
    let right = begins + own;
    let own_elsewhere = input[thread][..index]
        .iter()
        .filter(|&&other| partition_of(other, other_shift) == other_partition)
        .count();
    Instance::new(
        format!("{scene}At which position is the tuple with key **{key}** written?"),
        answer::count(right),
        format!(
            "Key {key} falls into partition {partition}. {share} {} of T{}'s earlier keys are in the same partition: {right}.",
            if own == 0 { "None".to_owned() } else { own.to_string() },
            thread + 1
        ),
        values,
    )
    .spoken(picture.spoken)
    .mistake(by_thread(&counted, thread, partition) + own, THREADS_FIRST)
    .mistake(begins, START_OF_SHARE)
    .mistake(right - earlier_threads(&counted, thread, partition), EARLIER_THREADS)
    .mistake(earlier_threads(&counted, thread, partition) + own, EARLIER_PARTITIONS)
    .mistake(offset(&elsewhere, thread, other_partition) + own_elsewhere, HIGH_BITS)
    .mistake(right + 1, FROM_ONE)
}
