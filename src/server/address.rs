//! The way in which a request names its operation: action and version, which may also be parameters of the operation.

use crate::json::Json;
use crate::protocol;
use crate::spec::model::{Member, Operation, Service};

/// Returns the operation that a request names: from the service whose version it carries, or else from any service.
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

/// Returns `true` if a parameter addresses the request.
pub fn is_address(service: &Service, parameter: &Member) -> bool {
    protocol::facts(service).sets(parameter)
}

/// Fills in the parameters that address the request as if they were right, because they are judged apart from the
/// rules.
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
