//! Covering arrays: few rows in which each pair of classes of any two factors stands together at least once.

/// The most rows that compete for each place in the array; the best of them is taken.
const CANDIDATES: usize = 24;

/// Several arrays are made, each from another start, and the smallest is taken: the more, the fewer pairs there are.
const EFFORT: usize = 60_000;

/// The most of them.
const MOST_STARTS: usize = 64;

/// Rows that cover every pair of levels: `levels[f]` is how many levels factor `f` has, a row gives each factor one.
/// The same levels give the same rows, always.
pub fn rows(levels: &[usize]) -> Vec<Vec<usize>> {
    if levels.len() < 2 || levels.contains(&0) {
        return single(levels);
    }
    let mut sizes = levels.to_vec();
    sizes.sort_unstable();
    let least: usize = sizes.iter().rev().take(2).product();
    let mut best: Option<Vec<Vec<usize>>> = None;
    for start in 0..(EFFORT / Pairs::all(levels).left).clamp(1, MOST_STARTS) {
        let array = without_spare_rows(levels, array(levels, start));
        let is_smaller = best.as_ref().is_none_or(|best| array.len() < best.len());
        let is_least = array.len() == least;
        best = if is_smaller { Some(array) } else { best };
        if is_least {
            break;
        }
    }
    best.unwrap_or_default()
}

/// One array; another for each `start`.
fn array(levels: &[usize], start: usize) -> Vec<Vec<usize>> {
    let mut array = Vec::new();
    let mut open = Pairs::all(levels);
    while open.left > 0 {
        let turns = (0..CANDIDATES).map(|turn| scrambled((start * 1000 + array.len()) * CANDIDATES + turn));
        let mut best: Option<(usize, Vec<usize>)> = None;
        for row in turns.map(|turn| candidate(levels, &open, turn)) {
            let gain = open.gain(&row);
            if best.as_ref().is_none_or(|(most, _)| gain > *most) {
                best = Some((gain, row));
            }
        }
        let Some((_, row)) = best else { break };
        open.cover(&row);
        array.push(row);
    }
    array
}

/// One factor alone, or none: each level once.
fn single(levels: &[usize]) -> Vec<Vec<usize>> {
    match levels {
        [count] => (0..*count).map(|level| vec![level]).collect(),
        _ => Vec::new(),
    }
}

/// The pairs that no row covers yet.
struct Pairs {
    /// Where the levels of each factor begin among all levels.
    starts: Vec<usize>,
    total: usize,
    open: Vec<bool>,
    /// How many open pairs each level of each factor is in.
    degree: Vec<usize>,
    left: usize,
}

impl Pairs {
    fn all(levels: &[usize]) -> Self {
        let mut starts = Vec::new();
        let mut total = 0;
        for count in levels {
            starts.push(total);
            total += count;
        }
        let mut pairs =
            Self { starts, total, open: vec![false; total * total], degree: vec![0; total], left: 0 };
        for (f, count) in levels.iter().enumerate() {
            for (g, other) in levels.iter().enumerate().skip(f + 1) {
                for (a, b) in (0..*count).flat_map(|a| (0..*other).map(move |b| (a, b))) {
                    pairs.set((f, a), (g, b), true);
                }
            }
        }
        pairs
    }

    fn level(&self, (factor, level): (usize, usize)) -> usize {
        self.starts[factor] + level
    }

    fn is_open(&self, one: (usize, usize), other: (usize, usize)) -> bool {
        self.open[self.level(one) * self.total + self.level(other)]
    }

    fn set(&mut self, one: (usize, usize), other: (usize, usize), open: bool) {
        let (a, b) = (self.level(one), self.level(other));
        if self.open[a * self.total + b] == open {
            return;
        }
        self.open[a * self.total + b] = open;
        self.open[b * self.total + a] = open;
        for level in [a, b] {
            self.degree[level] = if open { self.degree[level] + 1 } else { self.degree[level] - 1 };
        }
        self.left = if open { self.left + 1 } else { self.left - 1 };
    }

    fn gain(&self, row: &[usize]) -> usize {
        let mut gain = 0;
        for f in 0..row.len() {
            gain += (f + 1..row.len()).filter(|g| self.is_open((f, row[f]), (*g, row[*g]))).count();
        }
        gain
    }

    fn cover(&mut self, row: &[usize]) {
        for f in 0..row.len() {
            for g in f + 1..row.len() {
                self.set((f, row[f]), (g, row[g]), false);
            }
        }
    }
}

/// A row that covers many open pairs: it begins with a level that is in the most of them, and adds factor by factor the
/// level that covers most with those chosen. `turn` decides between equals, and in which order the factors come.
fn candidate(levels: &[usize], open: &Pairs, turn: usize) -> Vec<usize> {
    let factors = levels.len();
    let mut row = vec![0; factors];
    let all = || (0..factors).flat_map(|f| (0..levels[f]).map(move |level| (f, level)));
    let most = all().map(|at| open.degree[open.level(at)]).max().unwrap_or(0);
    let seeds: Vec<(usize, usize)> = all().filter(|at| open.degree[open.level(*at)] == most).collect();
    let (first, level) = seeds[turn % seeds.len()];
    row[first] = level;
    let mut order: Vec<usize> = (0..factors).filter(|factor| *factor != first).collect();
    order.sort_by_key(|factor| scrambled(turn.wrapping_add(*factor)));
    let mut chosen = vec![open.level((first, level))];
    for factor in order {
        let gains: Vec<usize> = (0..levels[factor])
            .map(|level| open.level((factor, level)) * open.total)
            .map(|line| chosen.iter().filter(|other| open.open[line + **other]).count())
            .collect();
        let most = gains.iter().max().copied().unwrap_or(0);
        let equals: Vec<usize> = (0..levels[factor]).filter(|level| gains[*level] == most).collect();
        let level = equals[scrambled(turn ^ factor) % equals.len()];
        row[factor] = level;
        chosen.push(open.level((factor, level)));
    }
    row
}

/// A number without visible relation to this one, always the same (the finaliser of SplitMix64).
fn scrambled(number: usize) -> usize {
    let mut mixed = (number as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) as usize
}

/// The array without rows whose pairs all stand in other rows too; later rows are the likelier ones to be spared.
fn without_spare_rows(levels: &[usize], mut array: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    for index in (0..array.len()).rev() {
        let mut open = Pairs::all(levels);
        for (_, row) in array.iter().enumerate().filter(|(other, _)| *other != index) {
            open.cover(row);
        }
        if open.left == 0 {
            array.remove(index);
        }
    }
    array
}

#[cfg(test)]
mod tests {
    use super::*;

    fn covers_all(levels: &[usize], array: &[Vec<usize>]) -> bool {
        let mut open = Pairs::all(levels);
        array.iter().for_each(|row| open.cover(row));
        open.left == 0
    }

    fn levels(groups: &[(usize, usize)]) -> Vec<usize> {
        groups.iter().flat_map(|(levels, factors)| vec![*levels; *factors]).collect()
    }

    /// The sizes that PICT publishes, and ten per cent.
    #[test]
    fn sizes_are_those_of_well_known_generators() {
        for (groups, pict) in
            [(&[(3, 4)][..], 9), (&[(3, 13)], 18), (&[(4, 15), (3, 17), (2, 29)], 37), (&[(2, 100)], 15)]
        {
            let levels = levels(groups);
            let array = rows(&levels);
            assert!(covers_all(&levels, &array), "{groups:?}");
            assert!(array.len() * 10 <= pict * 11, "{groups:?}: {} rows, PICT has {pict}", array.len());
        }
    }

    #[test]
    fn few_factors_are_no_trouble() {
        assert!(rows(&[]).is_empty());
        assert_eq!(rows(&[3]), [[0], [1], [2]]);
        assert_eq!(rows(&[1, 2]).len(), 2);
        assert_eq!(rows(&[2, 3, 1]).len(), 6);
    }
}
