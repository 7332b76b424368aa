//! How a request names its operation: by the action and the version, which may be parameters of it as well.

use crate::json::Json;
use crate::protocol;
use crate::spec::model::{Member, Operation, Service};

/// The operation that a request names: of the service whose version it carries, or else of any.
pub fn addressed<'s>(
    services: &[&'s Service],
    action: &str,
    version: &str,
) -> Option<(&'s Service, &'s Operation)> {
    let named_so =
        |service: &'s Service| service.operations.iter().find(|operation| operation.name == action);
    let named = || services.iter().filter_map(|service| Some((*service, named_so(service)?)));
    named().find(|(service, _)| service.version == version).or_else(|| named().next())
}

/// Whether a parameter is one that the request is addressed by.
pub fn is_address(service: &Service, parameter: &Member) -> bool {
    protocol::facts(service).sets(parameter)
}

/// Puts in what a request was addressed by, as if it were right: that is judged apart from the rules.
pub fn with_address(
    service: &Service,
    operation: &Operation,
    mut parameters: Vec<(String, Json)>,
) -> Vec<(String, Json)> {
    for parameter in operation.parameters.iter().filter(|parameter| is_address(service, parameter)) {
        let value = match parameter.name.as_str() {
            "Action" => &operation.name,
            _ => &service.version,
        };
        parameters.retain(|(name, _)| *name != parameter.name);
        parameters.push((parameter.name.clone(), Json::Text(value.clone())));
    }
    parameters
}
