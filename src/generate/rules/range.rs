//! Ranges: the nearest numbers inside and outside each bound, and some far beyond.

use crate::case::value::Value;
use crate::json::Json;
use crate::spec::breach::Part;
use crate::spec::model::{End, Member, Type};

use crate::generate::trial::Trial;

/// The first number of more than 32 bits.
const WIDE: f64 = 2_147_483_648.0;

/// Returns numbers around the bounds.
pub fn trials(parameter: &Member) -> Vec<Trial> {
    let Some(range) = &parameter.schema.range else { return Vec::new() };
    let mut numbers: Vec<(f64, &str)> = Vec::new();
    if let Some(min) = range.min {
        let step = step(&min);
        numbers.extend([
            (min.at - step, ", a step below the bound"),
            (min.at - step / 2.0, ", half a step below the bound"),
            (min.at, ", the lower bound"),
            (min.at + step, ", a step above the bound"),
            (far(-min.at.abs()), ", far below"),
        ]);
    }
    if let Some(max) = range.max {
        let step = step(&max);
        numbers.extend([
            (max.at - step, ", a step below the bound"),
            (max.at, ", the upper bound"),
            (max.at + step / 2.0, ", half a step above the bound"),
            (max.at + step, ", a step above the bound"),
            (far(max.at.abs()), ", far above"),
        ]);
        if max.at < WIDE {
            numbers.push((WIDE, ", more than 32 bits"));
        }
    }
    let mut seen: Vec<f64> = Vec::new();
    numbers.retain(|(number, _)| {
        let is_new = !seen.contains(number);
        seen.push(*number);
        is_new
    });
    let is_whole = parameter.schema.kind() == Type::Integer;
    numbers.retain(|(number, _)| !is_whole || number.fract() == 0.0);
    let trial = |(number, words): (f64, &str)| {
        let json = of(number);
        let about = if range.is_below(number) { Part::RangeMin } else { Part::RangeMax };
        let slug = json.to_string();
        Trial::new(about, slug.clone(), format!("{slug}{words}"), Value::Plain(json))
    };
    numbers.into_iter().map(trial).collect()
}

/// Returns the smallest step at a bound: 1, or one unit of the last decimal with which the bound is written.
fn step(end: &End) -> f64 {
    let text = of(end.at).to_string();
    match text.split_once('.') {
        Some((_, decimals)) => 10f64.powi(-i32::try_from(decimals.len()).unwrap_or(0)),
        None => 1.0,
    }
}

/// Returns a number ten times as far from zero, and at least 100 away from it.
fn far(bound: f64) -> f64 {
    (bound.abs() * 10.0).trunc().max(100.0).copysign(bound)
}

/// Converts a number to JSON. Rounding errors of binary sums are removed.
fn of(number: f64) -> Json {
    Json::number((number * 1e9).round() / 1e9)
}
