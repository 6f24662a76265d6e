namespace LightlyCluster.Fleet.Jobs;

/// <summary>One field of a specification that cannot be used.</summary>
/// <param name="Path">The field, as keys joined by dots: <c>train.batchSize</c>.</param>
/// <param name="Value">What it holds.</param>
/// <param name="Message">What is wrong, with the value, what is allowed and what to do; one sentence or two.</param>
public sealed record FieldViolation(string Path, string Value, string Message);
