namespace LightlyCluster.SelfSupervised.Training;

/// <summary>A term that is added to a method's loss.</summary>
/// <param name="Name">A name of <see cref="BatchRegularizer.Names"/>.</param>
/// <param name="Parameters">Its parameters.</param>
public sealed record RegularizerRequest(string Name, MethodParameters Parameters);
