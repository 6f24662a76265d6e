namespace LightlyCluster.SelfSupervised.Checkpoints.Pickle;

/// <summary>A Python name in a pickle, which is never looked up or called.</summary>
/// <param name="Module">Its module.</param>
/// <param name="Name">Its name.</param>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}
