//! Oracle for `clock.ntp`: the offsets that four timestamps allow at all, searched one by one.

use serde_json::Value;

use super::{check, draw_with, int, ints, number, real, values, word};

/// The offsets (server ahead) under which both messages take no less than no time: smallest and largest.
fn possible(times: &[i64]) -> (i64, i64) {
    let fits = |offset: i64| {
        // All by the client's clock.
        let (received, sent) = (times[1] - offset, times[2] - offset);
        times[0] <= received && sent <= times[3]
    };
    let around = times[1] - times[0];
    let all = (around - 500..=around + 500).filter(|&offset| fits(offset));
    let (least, most) = (all.clone().min(), all.max());
    (least.expect("one fits"), most.expect("one fits"))
}

fn exchange(value: &Value) -> Vec<i64> {
    value.as_array().expect("four times").iter().map(|time| time.as_i64().expect("a time")).collect()
}

#[test]
fn clock_ntp() {
    check("clock.ntp", |question, values| {
        let expected = match word(values, "asks") {
            "filter" => {
                let all: Vec<(i64, i64)> = values["exchanges"]
                    .as_array()
                    .expect("exchanges")
                    .iter()
                    .map(|times| possible(&exchange(times)))
                    .collect();
                let narrow = all.iter().min_by_key(|(least, most)| most - least).expect("an exchange");
                (narrow.0 + narrow.1) as f64 / 2.0
            }
            "asymmetric" => {
                let (out, back, offset) = (int(values, "out"), int(values, "back"), int(values, "offset"));
                // A clock of its own for the server: 7 ms of handling, whatever the time.
                let times = [1000, 1000 + out + offset, 1007 + out + offset, 1007 + out + back];
                let (least, most) = possible(&times);
                (least + most) as f64 / 2.0
            }
            asks => {
                let times = ints(values, "times");
                let (least, most) = possible(&times);
                let middle = (least + most) as f64 / 2.0;
                match asks {
                    "offset" => middle,
                    "delay" => (most - least) as f64,
                    "bound" => most as f64 - middle,
                    _ => times[3] as f64 + middle,
                }
            }
        };
        assert_eq!(number(question), expected, "{}", question.prompt);
    });
}

#[test]
fn clock_ntp_as_in_the_syllabus() {
    // T1..T4 = 100, 160, 165, 125: offset 50, delay 20.
    assert_eq!(possible(&[100, 160, 165, 125]), (40, 60));
    let question = draw_with("clock.ntp", "asks = \"asymmetric\"", 1, 2);
    let drawn = values(&question);
    let half = (real(drawn, "out") - real(drawn, "back")) / 2.0;
    assert_eq!(number(&question), real(drawn, "offset") + half);
}
