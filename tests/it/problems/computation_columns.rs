//! Oracles for compressed columns and radix partitioning: by encoding the column, and by sorting the tuples.

use super::{check, draw_with, int, number, values, word};

/// Runs as (value, first row, length).
fn encode_runs(column: &[char]) -> Vec<(char, usize, usize)> {
    let mut runs: Vec<(char, usize, usize)> = Vec::new();
    for (row, &value) in column.iter().enumerate() {
        match runs.last_mut() {
            Some(run) if run.0 == value => run.2 += 1,
            _ => runs.push((value, row, 1)),
        }
    }
    runs
}

fn dictionary(column: &[char]) -> Vec<char> {
    let mut values = column.to_vec();
    values.sort_unstable();
    values.dedup();
    values
}

/// The fewest bits in which so many codes can be written.
fn width(codes: u64) -> u64 {
    (0..64).find(|&bits| 1_u64 << bits >= codes).expect("some width")
}

#[test]
fn column_compression() {
    check("column.compression", |question, values| {
        let asks = word(values, "asks");
        if asks == "smallest" {
            let (rows, distinct) = (int(values, "rows") as u64, int(values, "values") as u64);
            let (runs, bits) = (int(values, "runs") as u64, int(values, "width") as u64);
            assert!(distinct <= runs && runs <= rows, "{}", question.prompt);
            let by_runs: u64 = runs * bits + runs * 32 + runs * 32;
            let by_codes = (0..rows).map(|_| width(distinct)).sum::<u64>() + distinct * bits;
            let expected = [by_runs, by_codes, rows * bits].into_iter().min().expect("three sizes");
            assert_eq!(number(question), expected as f64, "{}", question.prompt);
            return;
        }
        let mut column: Vec<char> = word(values, "column").chars().collect();
        let codes = dictionary(&column);
        let coded = column.iter().map(|_| width(codes.len() as u64)).sum::<u64>();
        let expected = match asks {
            "runs" => encode_runs(&column).len() as i64 * int(values, "triple"),
            "sorted-runs" => {
                column.sort_unstable();
                encode_runs(&column).len() as i64 * int(values, "triple")
            }
            "bitmap" => {
                let bitmaps: Vec<Vec<bool>> =
                    codes.iter().map(|code| column.iter().map(|value| value == code).collect()).collect();
                bitmaps.concat().len() as i64
            }
            "codes" => coded as i64,
            _ => coded as i64 + codes.iter().map(|_| int(values, "width")).sum::<i64>(),
        };
        assert_eq!(number(question), expected as f64, "{}", question.prompt);
    });
}

#[test]
fn column_compression_as_in_the_syllabus() {
    // AAABBCCCCA: 4 runs, 3 when sorted; bitmaps 30 bits; codes 20 bits.
    let mut column: Vec<char> = "AAABBCCCCA".chars().collect();
    let distinct = dictionary(&column).len() as u64;
    assert_eq!(encode_runs(&column), [('A', 0, 3), ('B', 3, 2), ('C', 5, 4), ('A', 9, 1)]);
    assert_eq!((distinct * 10, width(distinct) * 10), (30, 20));
    column.sort_unstable();
    assert_eq!(encode_runs(&column).len(), 3);
    assert_eq!([width(2), width(3), width(4), width(5), width(8), width(9)], [1, 2, 2, 3, 3, 4]);
}

#[test]
fn join_radix() {
    check("join.radix", |question, values| {
        let (thread, asks) = (int(values, "thread") as usize, word(values, "asks"));
        // All tuples as (partition, thread, place in the thread's input), in the order of the output.
        let (mut output, partition, index) = if asks == "counts" {
            let counts: Vec<Vec<usize>> = serde_json::from_value(values["counts"].clone()).expect("counts");
            let mut output = Vec::new();
            for (thread, of) in counts.iter().enumerate() {
                for (partition, &tuples) in of.iter().enumerate() {
                    output.extend((0..tuples).map(|place| (partition, thread, place)));
                }
            }
            (output, int(values, "partition") as usize, None)
        } else {
            let input: Vec<Vec<usize>> = serde_json::from_value(values["input"].clone()).expect("input");
            let divisor = 2_usize.pow(int(values, "shift") as u32);
            let partition = |key: usize| key / divisor % 4;
            let mut output = Vec::new();
            for (thread, keys) in input.iter().enumerate() {
                output.extend(keys.iter().enumerate().map(|(place, &key)| (partition(key), thread, place)));
            }
            let index = int(values, "index") as usize;
            (output, partition(input[thread][index]), (asks == "key").then_some(index))
        };
        output.sort_unstable();
        let wanted = |tuple: &(usize, usize, usize)| {
            tuple.0 == partition && tuple.1 == thread && index.is_none_or(|index| tuple.2 == index)
        };
        let expected = output.iter().position(wanted).expect("the tuple is written");
        assert_eq!(number(question), expected as f64, "{}", question.prompt);
    });
}

#[test]
fn join_radix_takes_its_parameters() {
    let question = draw_with("join.radix", "asks = \"counts\"\nthreads = 4", 5, 0);
    assert_eq!(values(&question)["counts"].as_array().map(Vec::len), Some(4));
}
