//! `optimizer.cardinality`: how many rows a textbook optimiser expects from filters and joins.

use serde_json::json;

use crate::problem::text::{number, thousands};
use crate::problem::{Chosen, Difficulty, Draw, Family, Instance, Parameter, answer};

pub const FAMILY: &dyn Family = &OptimizerCardinality;

struct OptimizerCardinality;

const NOT_DIVIDED: &str = "you took the number of distinct values for the number of rows with each value";
const ADDED: &str = "you added the selectivities; rows must pass both, so they multiply";
const ONE_ONLY: &str = "you applied one condition only";
const OVERLAP: &str = "you counted the rows that fulfil both conditions twice";
const MULTIPLIED: &str = "you multiplied the selectivities; rows need to fulfil one condition only";
const NOT_NEGATED: &str = "you forgot the negation";
const SMALLER_VALUES: &str = "you divided by the smaller number of distinct values";
const BOTH_VALUES: &str = "you divided by both numbers of distinct values";
const CROSS: &str = "that is the cross product; only rows with equal keys match";
const UNFILTERED: &str = "you left out the condition on the joined table";
const FIRST_JOIN: &str = "you stopped after the first join";

const ASKS: &[&str] = &["equal", "and", "or", "and-not", "join", "filtered-join", "two-joins"];

impl Family for OptimizerCardinality {
    fn name(&self) -> &'static str {
        "optimizer.cardinality"
    }

    fn title(&self) -> &'static str {
        "estimate the rows of a filter or a join"
    }

    fn parameters(&self) -> &'static [Parameter] {
        const {
            &[
                Parameter::word("asks", "the kind of query", ASKS, ASKS).graded_words([
                    &["equal", "and", "join"],
                    &["and", "or", "and-not", "join"],
                    &["or", "and-not", "filtered-join", "two-joins"],
                ]),
                Parameter::integer("rows", "rows of the first table; 0 draws them", (0, 10_000_000), &[0]),
                Parameter::integer("rows-b", "rows of the second table; 0 draws them", (0, 10_000_000), &[0]),
                Parameter::integer(
                    "distinct",
                    "distinct values in the first table's column; 0 draws them",
                    (0, 1_000_000),
                    &[0],
                ),
                Parameter::integer(
                    "distinct-b",
                    "distinct values in the second table's column; 0 draws them",
                    (0, 1_000_000),
                    &[0],
                ),
                Parameter::integer(
                    "percent",
                    "rows that fulfil the other condition, in percent; 0 draws it",
                    (0, 99),
                    &[0],
                ),
            ]
        }
    }

    fn mistakes(&self) -> &'static [&'static str] {
        &[
            NOT_DIVIDED,
            ADDED,
            ONE_ONLY,
            OVERLAP,
            MULTIPLIED,
            NOT_NEGATED,
            SMALLER_VALUES,
            BOTH_VALUES,
            CROSS,
            UNFILTERED,
            FIRST_JOIN,
        ]
    }

    fn instance(&self, with: &Chosen, draw: &mut Draw, _: Difficulty) -> Instance {
        let asks = with.word("asks");
        match asks {
            "join" | "filtered-join" | "two-joins" => join(asks, with, draw),
            _ => filter(asks, with, draw),
        }
    }
}

fn given(with: &Chosen, name: &str, drawn: usize) -> usize {
    match with.count(name) {
        0 => drawn,
        given => given,
    }
}

fn filter(asks: &str, with: &Chosen, draw: &mut Draw) -> Instance {
    let distinct = given(with, "distinct", *draw.pick(&[4, 5, 8, 10, 20, 25, 40, 50]));
    let percent = given(with, "percent", 5 * draw.range(2, 16));
    // Whole rows at every step: a multiple of values and of percent.
    let rows = given(with, "rows", distinct * 100 * draw.range(1, 40));
    let (t, v, p) = (rows as f64, distinct as f64, percent as f64 / 100.0);
    let share = number(p);
    let (table, column, other) = *draw.pick(&[
        ("orders", "country", "total > 100"),
        ("users", "plan", "age < 30"),
        ("events", "kind", "severity >= 3"),
        ("books", "language", "pages > 400"),
    ]);
    let condition = match asks {
        "equal" => format!("{column} = :c"),
        "and" => format!("{column} = :c AND {other}"),
        "or" => format!("{column} = :c OR {other}"),
        _ => format!("{column} <> :c AND {other}"),
    };
    let second = if asks == "equal" {
        String::new()
    } else {
        format!(" A histogram says that `{other}` holds for **{percent} %** of the rows.")
    };
    let prompt = format!(
        "An optimiser assumes that values are uniform and conditions independent. Table `{table}` has **{} rows**; column \
         `{column}` has **{distinct} distinct values** and no nulls.{second} How many rows does it expect from \
         `SELECT * FROM {table} WHERE {condition}`, where `:c` is one of the column's values? Round to whole rows.",
        thousands(rows as u64)
    );
    let values = json!({ "asks": asks, "rows": rows, "distinct": distinct, "percent": percent });
    let one = t / v;
    let new = |right: f64, solution: String| {
        let form = answer::rounded(right, "", 0);
        Instance::new(prompt.clone(), form, solution, values.clone())
    };
    let total = thousands(rows as u64);
    match asks {
        "equal" => new(one, format!("Each value has the same share: {total} / {distinct} = {}.", number(one)))
            .mistake(distinct, NOT_DIVIDED)
            .mistake(t - one, NOT_NEGATED),
        "and" => new(
            one * p,
            format!(
                "Selectivities multiply: {total} · 1/{distinct} · {share} = {} · {share} = {}.",
                number(one),
                number(one * p)
            ),
        )
        .mistake(one + t * p, ADDED)
        .mistake(one, ONE_ONLY)
        .mistake(t * p, ONE_ONLY),
        "or" => new(
            one + t * p - one * p,
            format!(
                "{total} · 1/{distinct} = {} rows have the value, {total} · {share} = {} fulfil the other condition, and {} · \
                 {share} = {} do both and would be counted twice: {} + {} − {} = {}.",
                number(one),
                number(t * p),
                number(one),
                number(one * p),
                number(one),
                number(t * p),
                number(one * p),
                number(one + t * p - one * p)
            ),
        )
        .mistake(one + t * p, OVERLAP)
        .mistake(one * p, MULTIPLIED),
        _ => new(
            (t - one) * p,
            format!(
                "`<>` keeps 1 − 1/{distinct} of {total}: {} rows; {share} of those: {}.",
                number(t - one),
                number((t - one) * p)
            ),
        )
        .mistake(one * p, NOT_NEGATED)
        .mistake(t - one, ONE_ONLY)
        .mistake(t * p, ONE_ONLY),
    }
}

fn join(asks: &str, with: &Chosen, draw: &mut Draw) -> Instance {
    // Values of one side are contained in the other's; a key of a table is a special case drawn now and then.
    let base = *draw.pick(&[10, 20, 50, 100, 200]);
    let va = given(with, "distinct", base);
    let vb = given(with, "distinct-b", base * *draw.pick(&[1, 2, 4, 5, 10]));
    let a = given(with, "rows", va * 10 * draw.range(1, 20));
    let b = given(with, "rows-b", vb * draw.range(1, 10));
    let percent = given(with, "percent", 10 * draw.range(1, 8));
    let swap = draw.coin();
    let [(ra, da), (rb, db)] = if swap { [(b, vb), (a, va)] } else { [(a, va), (b, vb)] };
    let most = da.max(db);
    let size = ra as f64 * rb as f64 / most as f64;
    let (first, second, key) = *draw.pick(&[
        ("orders", "customers", "customer_id"),
        ("clicks", "pages", "page_id"),
        ("loans", "books", "book_id"),
    ]);
    let t = |n: usize| thousands(n as u64);
    let mut prompt = format!(
        "An optimiser assumes uniform values, independent conditions, and that the values of the column with fewer distinct \
         values all occur in the other. `{first}` has **{} rows** and **{} distinct values** of `{key}`; `{second}` has \
         **{} rows** and **{} distinct values** of `{key}`. ",
        t(ra),
        t(da),
        t(rb),
        t(db)
    );
    let mut values = json!({ "asks": asks, "rows": ra, "distinct": da, "rows-b": rb, "distinct-b": db });
    let told = format!(
        "T({first}) · T({second}) / max(V, V) = {} · {} / {} = {}.",
        t(ra),
        t(rb),
        t(most),
        number(size)
    );
    let least = ra as f64 * rb as f64 / da.min(db) as f64;
    let both = ra as f64 * rb as f64 / (da as f64 * db as f64);
    let cross = ra as f64 * rb as f64;
    match asks {
        "join" => {
            prompt += &format!(
                "How many rows does it expect from `{first} JOIN {second} USING ({key})`? Round to whole rows."
            );
            Instance::new(prompt, answer::rounded(size, "", 0), told, values)
                .mistake(least, SMALLER_VALUES)
                .mistake(cross, CROSS)
                .mistake(both, BOTH_VALUES)
        }
        "filtered-join" => {
            let p = percent as f64 / 100.0;
            values["percent"] = json!(percent);
            prompt += &format!(
                "A condition on another column of `{second}` keeps **{percent} %** of its rows; the numbers of distinct \
                 values are used unchanged. How many rows does it expect from the join of `{first}` with the rows of \
                 `{second}` that are kept? Round to whole rows."
            );
            let solution =
                format!("Without the condition: {told} Of these {percent} %: {}.", number(size * p));
            Instance::new(prompt, answer::rounded(size * p, "", 0), solution, values)
                .mistake(size, UNFILTERED)
                .mistake(least * p, SMALLER_VALUES)
                .mistake(cross * p, CROSS)
                .mistake(both * p, BOTH_VALUES)
        }
        _ => {
            let vc = *draw.pick(&[5, 10, 20]);
            let vd = vc * *draw.pick(&[1, 2, 5]);
            let rc = vd * draw.range(1, 4);
            values["distinct-c"] = json!(vc);
            values["rows-c"] = json!(rc);
            values["distinct-d"] = json!(vd);
            prompt += &format!(
                "The result is joined with `regions` on `region_id`, of which the result has **{vc} distinct values**, and \
                 `regions`, with **{rc} rows**, has **{vd}**. How many rows does it expect in the end? Round to whole rows."
            );
            let end = size * rc as f64 / vd as f64;
            let solution = format!(
                "First join: {told} Second: {} · {rc} / max({vc}, {vd}) = {}.",
                number(size),
                number(end)
            );
            Instance::new(prompt, answer::rounded(end, "", 0), solution, values)
                .mistake(size, FIRST_JOIN)
                .mistake(size * rc as f64 / vc as f64, SMALLER_VALUES)
                .mistake(size * rc as f64, CROSS)
                .mistake(end / vc as f64, BOTH_VALUES)
        }
    }
}
