//! `column.compression`: the size of a column by runs, by dictionary and as bitmaps.

use serde_json::json;

use crate::card::{Form, Tolerance};
use crate::problem::text::thousands;
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &ColumnCompression;

struct ColumnCompression;

const SORTED_FIRST: &str = "you sorted the column first; here it is encoded as it stands";
const NOT_SORTED: &str = "the column is sorted first, which leaves one run for each value";
const RUNS_ONLY: &str = "you counted the runs; each takes a whole triple";
const ROW_BY_ROW: &str = "you took a triple for each row, not for each run";
const CODES_FOR_BITMAPS: &str = "those are dictionary codes; bitmaps take a bit for each row and each value";
const ROWS_ONLY: &str = "there is a bitmap for each distinct value, not one in all";
const BITMAPS_FOR_CODES: &str = "those are bitmaps; a code takes only as many bits as tell the values apart";
const BIT_SHORT: &str = "a code needs enough bits for all values: round the logarithm up";
const NO_DICTIONARY: &str = "the dictionary itself takes space too";
const DICTIONARY_ROW_BY_ROW: &str = "the dictionary holds each distinct value once, not once a row";
const RUNS_ARE_SMALLER: &str = "run-length encoding is smaller here";
const CODES_ARE_SMALLER: &str = "dictionary encoding is smaller here";
const PLAIN_IS_SMALLER: &str = "with so few repeats the plain column is smaller";
const PLAIN: &str = "that is the plain column; an encoding is smaller here";

impl Family for ColumnCompression {
    fn name(&self) -> &'static str {
        "column.compression"
    }

    fn title(&self) -> &'static str {
        "work out the size of a compressed column"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "what is asked", ASKS, &[]).graded_words([
                    &["runs", "bitmap", "codes"],
                    &["runs", "sorted-runs", "bitmap", "dictionary"],
                    &["smallest", "smallest", "dictionary"],
                ]),
                Parameter::integer("rows", "rows of a column that is shown", (6, 30), &[]).graded([
                    &[8, 9, 10, 11, 12],
                    &[12, 13, 14, 15, 16],
                    &[16, 18, 20, 22, 24],
                ]),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            SORTED_FIRST,
            NOT_SORTED,
            RUNS_ONLY,
            ROW_BY_ROW,
            CODES_FOR_BITMAPS,
            ROWS_ONLY,
            BITMAPS_FOR_CODES,
            BIT_SHORT,
            NO_DICTIONARY,
            DICTIONARY_ROW_BY_ROW,
            RUNS_ARE_SMALLER,
            CODES_ARE_SMALLER,
            PLAIN_IS_SMALLER,
            PLAIN,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, difficulty: Difficulty) -> Instance {
        let asks = with.word("asks");
        if asks == "smallest" {
            return smallest(draw);
        }
        let rows = with.count("rows");
        let column = draw_column(rows, draw, difficulty);
        match asks {
            "runs" | "sorted-runs" => runs(&column, asks == "sorted-runs", draw),
            "bitmap" => bitmap(&column),
            "codes" => codes(&column),
            _ => dictionary(&column, draw),
        }
    }
}

const ASKS: &[&str] = &["runs", "sorted-runs", "bitmap", "codes", "dictionary", "smallest"];

const LETTERS: [char; 9] = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'K'];

fn draw_column(rows: usize, draw: &mut Draw, difficulty: Difficulty) -> String {
    draw.until(|draw| {
        let values = draw.range(3, difficulty.of([4, 6, 9]).min(rows / 2).max(3));
        let mut column = String::new();
        while column.len() < rows {
            let letter = *draw.pick(&LETTERS[..values]);
            for _ in 0..draw.range(1, 3).min(rows - column.len()) {
                column.push(letter);
            }
        }
        let distinct = distinct(&column);
        // Sorting makes a difference, and so does counting runs instead of rows.
        (distinct >= 3 && run_count(&column) > distinct && run_count(&column) < rows).then_some(column)
    })
}

fn distinct(column: &str) -> usize {
    LETTERS.iter().filter(|&&letter| column.contains(letter)).count()
}

fn run_count(column: &str) -> usize {
    let letters: Vec<char> = column.chars().collect();
    1 + letters.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

/// Bits that tell so many values apart: the logarithm to base 2, rounded up.
fn code_bits(distinct: usize) -> usize {
    (usize::BITS - (distinct - 1).leading_zeros()) as usize
}

fn size(value: usize, unit: &str) -> Form {
    answer::number(value as f64, unit, Tolerance::Exact)
}

fn runs(column: &str, sorted: bool, draw: &mut Draw) -> Instance {
    let triple = *draw.pick(&[8_usize, 10, 12, 16]);
    let (as_it_stands, if_sorted) = (run_count(column), distinct(column));
    let right = if sorted { if_sorted } else { as_it_stands };
    let how = if sorted { "**sorted first** and then" } else { "encoded as it stands, without sorting, and" };
    let instance = Instance::new(
        format!(
            "A column holds these {} values, one letter a row: `{column}`. It is {how} run-length encoded: each run of equal \
             values becomes a triple (value, first row, length) of **{triple} bytes**. How many bytes does that take?",
            column.len()
        ),
        size(right * triple, "bytes"),
        format!(
            "{} {right} runs of {triple} bytes each: {} bytes.",
            if sorted {
                "Sorted, each distinct value is one run:"
            } else {
                "A run ends where the value changes:"
            },
            right * triple
        ),
        json!({ "asks": if sorted { "sorted-runs" } else { "runs" }, "column": column, "triple": triple }),
    );
    if sorted {
        instance.mistake(as_it_stands * triple, NOT_SORTED)
    } else {
        instance.mistake(if_sorted * triple, SORTED_FIRST)
    }
    .mistake(right, RUNS_ONLY)
    .mistake(column.len() * triple, ROW_BY_ROW)
}

fn bitmap(column: &str) -> Instance {
    let (rows, values) = (column.len(), distinct(column));
    Instance::new(
        format!(
            "A column holds these {rows} values, one letter a row: `{column}`. It is stored as bitmaps: for each distinct value \
             one bit a row, not compressed any further. How many **bits** do the bitmaps take?"
        ),
        size(rows * values, "bits"),
        format!("{values} distinct values times {rows} rows: {} bits.", rows * values),
        json!({ "asks": "bitmap", "column": column }),
    )
    .mistake(rows * code_bits(values), CODES_FOR_BITMAPS)
    .mistake(rows, ROWS_ONLY)
}

fn codes(column: &str) -> Instance {
    let (rows, values) = (column.len(), distinct(column));
    let bits = code_bits(values);
    Instance::new(
        format!(
            "A column holds these {rows} values, one letter a row: `{column}`. A dictionary gives each distinct value a code; all \
             codes have the same width, the fewest whole bits that tell the values apart. How many **bits** do the codes of \
             all rows take (the dictionary itself is not counted)?"
        ),
        size(rows * bits, "bits"),
        format!("{values} distinct values need {bits} bits each; {rows} · {bits} = {}.", rows * bits),
        json!({ "asks": "codes", "column": column }),
    )
    .mistake(rows * values, BITMAPS_FOR_CODES)
    .mistake(rows * (bits - 1), BIT_SHORT)
}

fn dictionary(column: &str, draw: &mut Draw) -> Instance {
    let (rows, values) = (column.len(), distinct(column));
    let bits = code_bits(values);
    let width = *draw.pick(&[16_usize, 32, 64]);
    let right = rows * bits + values * width;
    Instance::new(
        format!(
            "A column holds these {rows} values, one letter standing for each value: `{column}`. A value takes **{width} bits**. \
             A dictionary holds each distinct value once and gives it a code; all codes have the same width, the fewest whole \
             bits that tell the values apart. How many **bits** do codes and dictionary take together?"
        ),
        size(right, "bits"),
        format!(
            "{values} distinct values need codes of {bits} bits: {rows} · {bits} = {}. The dictionary: {values} · {width} = {}. \
             Together {right}.",
            rows * bits,
            values * width
        ),
        json!({ "asks": "dictionary", "column": column, "width": width }),
    )
    .mistake(rows * bits, NO_DICTIONARY)
    .mistake(rows * bits + rows * width, DICTIONARY_ROW_BY_ROW)
    .mistake(rows * values + values * width, BITMAPS_FOR_CODES)
    .mistake(rows * (bits - 1) + values * width, BIT_SHORT)
}

fn smallest(draw: &mut Draw) -> Instance {
    let wanted = draw.range(0, 2);
    let (rows, values, runs, width, sizes) = draw.until(|draw| {
        let rows = draw.range(2, 80) * 1000;
        let width = *draw.pick(&[32_usize, 64]);
        // Few values in long runs; few values well mixed; hardly any repeats.
        let (values, runs) = match wanted {
            0 => {
                let values = draw.range(5, 200);
                (values, values * draw.range(1, 4))
            }
            1 => (draw.range(5, 500), rows / draw.range(2, 5)),
            _ => (rows - draw.range(1, 20) * 10, rows - draw.range(1, 9)),
        };
        let sizes = [runs * (width + 64), rows * code_bits(values) + values * width, rows * width];
        // The winner is clear.
        let clear = (0..3).all(|other| other == wanted || sizes[wanted] * 5 < sizes[other] * 4);
        (clear && runs >= values).then_some((rows, values, runs, width, sizes))
    });
    let bits = code_bits(values);
    let names = ["run-length encoding", "a dictionary", "no encoding at all"];
    let large = |value: usize| thousands(value as u64);
    let instance = Instance::new(
        format!(
            "A column of **{} rows** has **{} distinct** values in **{} runs** (a run: equal values in rows next to one another); \
             a value takes {width} bits. It may be stored plainly; run-length encoded, each run a triple of the value, the first \
             row and the length ({width} + 32 + 32 bits); or with a dictionary that holds each distinct value once, and a code in each \
             row of the fewest whole bits that tell the values apart. How many **bits** does the **smallest** of the three take?",
            large(rows),
            large(values),
            large(runs)
        ),
        size(sizes[wanted], "bits"),
        format!(
            "Runs: {} · {} = {}. Dictionary: {} · {bits} + {} · {width} = {}. Plain: {} · {width} = {}. The smallest is {}.",
            large(runs),
            width + 64,
            large(sizes[0]),
            large(rows),
            large(values),
            large(sizes[1]),
            large(rows),
            large(sizes[2]),
            names[wanted]
        ),
        json!({ "asks": "smallest", "rows": rows, "values": values, "runs": runs, "width": width }),
    );
    let better = [RUNS_ARE_SMALLER, CODES_ARE_SMALLER, PLAIN_IS_SMALLER][wanted];
    (0..3)
        .filter(|&other| other != wanted)
        .fold(instance, |instance, other| {
            instance.mistake(sizes[other], if other == 2 { PLAIN } else { better })
        })
        .mistake(rows * bits, NO_DICTIONARY)
        .mistake(rows * values, CODES_FOR_BITMAPS)
}
