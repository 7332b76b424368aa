//! The cases of a run in order. Those that specs imply are expanded an operation at a time, when they are needed: a million of them
//! need no more memory than those of a few operations.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use crate::case::Case;
use crate::spec::model::{Operation, Service, Specs};

use super::{Depth, Generator};

/// So many cases are kept expanded at most, beside those of the operation that is next.
const KEPT: usize = 8_192;

/// The cases of an operation.
pub type Expanded = Arc<[Arc<Case>]>;

/// Cases in order.
#[derive(Debug, Clone, Default)]
pub struct Cases {
    blocks: Vec<Block>,
    len: usize,
    expander: Arc<Expander>,
}

/// Cases that are made together.
#[derive(Debug, Clone)]
struct Block {
    /// The number of the first of them.
    first: usize,
    made: Made,
}

#[derive(Debug, Clone)]
enum Made {
    /// They are at hand.
    Given(Expanded),
    /// A spec implies them; the places of those that were chosen, or all.
    Implied(Key, Chosen),
}

#[derive(Debug, Clone)]
enum Chosen {
    All(usize),
    Some(Arc<[u32]>),
}

/// Which operation, and how deep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Key {
    service: usize,
    operation: usize,
    depth: Depth,
}

/// Expands operations, and keeps what was expanded last.
#[derive(Debug, Default)]
struct Expander {
    specs: Arc<Specs>,
    generator: Generator,
    recent: Mutex<VecDeque<(Key, Expanded)>>,
}

impl Expander {
    fn operation(&self, key: Key) -> Option<(&Service, &Operation)> {
        let service = self.specs.services.get(key.service)?;
        Some((service, service.operations.get(key.operation)?))
    }

    fn expand(&self, service: &Service, operation: &Operation, depth: Depth) -> Expanded {
        self.generator.cases(service, operation, depth).cases.into_iter().map(Arc::new).collect()
    }

    fn expand_key(&self, key: Key) -> Expanded {
        self.operation(key)
            .map_or_else(Arc::default, |(service, operation)| self.expand(service, operation, key.depth))
    }

    fn expanded(&self, key: Key) -> Expanded {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, known)) = recent.iter().find(|(known, _)| *known == key) {
            return Arc::clone(known);
        }
        let made = self.expand_key(key);
        keep(&mut recent, key, &made);
        made
    }
}

/// Keeps what was expanded, and lets go of the oldest where that is too much.
fn keep(recent: &mut VecDeque<(Key, Expanded)>, key: Key, made: &Expanded) {
    recent.push_back((key, Arc::clone(made)));
    let mut kept: usize = recent.iter().map(|(_, cases)| cases.len()).sum();
    while kept > KEPT && recent.len() > 1 {
        kept -= recent.pop_front().map_or(0, |(_, cases)| cases.len());
    }
}

impl Block {
    fn len(&self) -> usize {
        match &self.made {
            Made::Given(cases) => cases.len(),
            Made::Implied(_, Chosen::All(count)) => *count,
            Made::Implied(_, Chosen::Some(places)) => places.len(),
        }
    }
}

impl From<Vec<Case>> for Cases {
    fn from(cases: Vec<Case>) -> Self {
        let mut all = Self::default();
        all.extend(cases);
        all
    }
}

impl Cases {
    /// Those that specs imply, at a depth. `work` is done with those of each tested operation, on several threads; `take` is given
    /// what it comes to, in the order of the specs.
    pub fn implied<T: Send>(
        specs: Arc<Specs>,
        depth: Depth,
        work: impl Fn(&Service, &Operation, &Expanded) -> T + Sync,
        mut take: impl FnMut(T),
    ) -> Self {
        let expander = Arc::new(Expander { specs, ..Expander::default() });
        let mut all = Self { expander: Arc::clone(&expander), ..Self::default() };
        let keys = keys(&expander.specs, depth);
        in_parallel(&keys, |key| {
            let cases = expander.expand_key(*key);
            let done = expander.operation(*key).map(|(service, operation)| work(service, operation, &cases));
            (*key, cases, done)
        })
        .for_each(|(key, cases, done)| {
            all.push(Made::Implied(key, Chosen::All(cases.len())));
            keep(&mut expander.recent.lock().unwrap_or_else(PoisonError::into_inner), key, &cases);
            done.into_iter().for_each(&mut take);
        });
        all
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The case of that number.
    pub fn get(&self, index: usize) -> Option<Arc<Case>> {
        let block = self.blocks.partition_point(|block| block.first <= index).checked_sub(1)?;
        let Block { first, made } = &self.blocks[block];
        let place = index - first;
        match made {
            Made::Given(cases) => cases.get(place).cloned(),
            Made::Implied(key, Chosen::All(_)) => self.expander.expanded(*key).get(place).cloned(),
            Made::Implied(key, Chosen::Some(places)) => {
                let place = *places.get(place)? as usize;
                self.expander.expanded(*key).get(place).cloned()
            }
        }
    }

    /// All of them in order.
    pub fn iter(&self) -> impl Iterator<Item = Arc<Case>> + '_ {
        self.blocks.iter().flat_map(|block| self.of_block(block).into_iter())
    }

    fn of_block(&self, block: &Block) -> Vec<Arc<Case>> {
        match &block.made {
            Made::Given(cases) => cases.to_vec(),
            Made::Implied(key, chosen) => {
                let cases = self.expander.expanded(*key);
                match chosen {
                    Chosen::All(_) => cases.to_vec(),
                    Chosen::Some(places) => {
                        places.iter().filter_map(|place| cases.get(*place as usize).cloned()).collect()
                    }
                }
            }
        }
    }

    /// What the spec of an operation implies at the standard depth; `place` is that of its service and its own in the specs.
    pub fn standard(&self, specs: &Specs, (service, operation): (usize, usize)) -> Expanded {
        let key = Key { service, operation, depth: Depth::Standard };
        if std::ptr::eq(specs, &*self.expander.specs) {
            return self.expander.expanded(key);
        }
        // Cases that were given know no specs.
        let of_service = specs.services.get(service);
        let found = of_service.and_then(|service| Some((service, service.operations.get(operation)?)));
        found.map_or_else(Arc::default, |(service, operation)| {
            self.expander.expand(service, operation, key.depth)
        })
    }

    /// Those that are wanted.
    #[must_use]
    pub fn select(&self, mut is_wanted: impl FnMut(&Case) -> bool) -> Self {
        let mut selected = Self { expander: Arc::clone(&self.expander), ..Self::default() };
        for block in &self.blocks {
            let cases = self.of_block(block);
            let wanted: Vec<usize> = (0..cases.len()).filter(|place| is_wanted(&cases[*place])).collect();
            selected.push(match &block.made {
                made if wanted.len() == cases.len() => made.clone(),
                Made::Given(_) => {
                    Made::Given(wanted.iter().map(|place| Arc::clone(&cases[*place])).collect())
                }
                Made::Implied(key, chosen) => {
                    let place = |place: &usize| match chosen {
                        Chosen::All(_) => u32::try_from(*place).unwrap_or(u32::MAX),
                        Chosen::Some(places) => places[*place],
                    };
                    Made::Implied(*key, Chosen::Some(wanted.iter().map(place).collect()))
                }
            });
        }
        selected
    }

    /// Adds cases that are at hand.
    pub fn extend(&mut self, cases: impl IntoIterator<Item = Case>) {
        self.push(Made::Given(cases.into_iter().map(Arc::new).collect()));
    }

    /// All of them at once, for who has few.
    pub fn to_vec(&self) -> Vec<Case> {
        self.iter().map(|case| Case::clone(&case)).collect()
    }

    fn push(&mut self, made: Made) {
        let block = Block { first: self.len, made };
        self.len += block.len();
        if block.len() > 0 {
            self.blocks.push(block);
        }
    }
}

/// The tested operations in the order of the specs.
fn keys(specs: &Specs, depth: Depth) -> Vec<Key> {
    let services = specs.services.iter().enumerate();
    services
        .flat_map(|(service, of)| {
            let operations = of.operations.iter().enumerate().filter(|(_, operation)| !operation.support);
            operations.map(move |(operation, _)| Key { service, operation, depth })
        })
        .collect()
}

/// So many operations are expanded at once by each thread: enough that none waits long for another.
const AT_ONCE: usize = 4;

/// What comes of each, in order; some of them are worked on at once.
pub fn in_parallel<'i, I: Sync, T: Send + 'i>(
    items: &'i [I],
    work: impl Fn(&'i I) -> T + Sync + 'i,
) -> impl Iterator<Item = T> + 'i {
    let at_once = AT_ONCE * rayon::current_num_threads();
    items.chunks(at_once).flat_map(move |chunk| chunk.par_iter().map(&work).collect::<Vec<T>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::Source;
    use crate::spec::read::{SpecFile, read};

    const SERVICE: &str = "service: a\nvendor: Me\nversion: v1\nprotocol: acs-rpc\n";

    /// Operations that have the same parameters.
    fn specs(operations: usize) -> Arc<Specs> {
        let file = |name: &str, text: String| SpecFile {
            folder: "me/a".to_owned(),
            file_name: format!("{name}.yaml"),
            source: Source::new(name, text),
        };
        let operation = |number: usize| {
            let text = format!(
                "operation: Do{number}\npage: {{title: Do}}\nparameters:\n  Name: {{type: string, required: true, length: 2..12, \
                 characters: letters, example: tom}}\nerrors:\n- {{code: Bad, when: {{Name: [length, characters]}}}}\n"
            );
            file(&format!("Do{number}"), text)
        };
        let files: Vec<SpecFile> =
            [file("service", SERVICE.to_owned())].into_iter().chain((0..operations).map(operation)).collect();
        Arc::new(read(&files).unwrap())
    }

    fn ids(cases: &Cases) -> Vec<String> {
        cases.iter().map(|case| case.id.clone()).collect()
    }

    fn implied(specs: &Arc<Specs>) -> Cases {
        Cases::implied(Arc::clone(specs), Depth::Standard, |_, _, _| (), drop)
    }

    #[test]
    fn cases_come_in_the_order_of_the_specs_and_have_their_numbers() {
        let specs = specs(40);
        let cases = implied(&specs);
        let all: Vec<String> = super::super::all(&specs, Depth::Standard)
            .into_iter()
            .flat_map(|file| file.cases)
            .map(|case| case.id)
            .collect();
        assert_eq!(ids(&cases), all);
        // From the last to the first: what was let go is expanded again.
        let by_number: Vec<String> =
            (0..cases.len()).rev().map(|at| cases.get(at).unwrap().id.clone()).collect();
        assert!(by_number.iter().rev().eq(&all));
        assert!(cases.get(cases.len()).is_none());
    }

    #[test]
    fn some_can_be_chosen_of_those_that_were_chosen() {
        let specs = specs(3);
        let mut cases = implied(&specs);
        let own = Case { id: "Do1/own".to_owned(), ..Case::clone(&cases.get(0).unwrap()) };
        cases.extend([own]);
        let of_two = cases.select(|case| !case.id.starts_with("Do0/"));
        let lengths = of_two.select(|case| case.id.contains("/length/") || case.id.ends_with("/own"));
        let wanted: Vec<String> = ids(&cases)
            .into_iter()
            .filter(|id| !id.starts_with("Do0/") && (id.contains("/length/") || id.ends_with("/own")))
            .collect();
        assert!(wanted.len() > 4 && wanted.last().is_some_and(|id| id == "Do1/own"));
        assert_eq!(ids(&lengths), wanted);
        assert_eq!(lengths.len(), wanted.len());
    }

    #[test]
    fn no_more_is_kept_than_there_is_room_for() {
        let specs = specs(120);
        let cases = implied(&specs);
        assert!(cases.len() > KEPT, "{} cases", cases.len());
        cases.iter().for_each(drop);
        let recent = cases.expander.recent.lock().unwrap();
        assert!(recent.iter().map(|(_, cases)| cases.len()).sum::<usize>() <= KEPT);
    }
}
