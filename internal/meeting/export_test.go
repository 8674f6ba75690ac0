package meeting

// Signature is held against those of another implementation.
var Signature = signature
