/** Addresses of the network. A literal: rules about it can then be checked before anything is deployed. */
export const NETWORK_CIDR = '10.40.0.0/16';
