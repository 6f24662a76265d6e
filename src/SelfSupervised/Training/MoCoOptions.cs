namespace LightlyCluster.SelfSupervised.Training;

/// <summary>MoCo's own parameters.</summary>
/// <param name="HiddenLength">Hidden width of the projection head; 0: the backbone's feature count.</param>
/// <param name="OutputLength">Length D of keys and queries.</param>
/// <param name="MemoryBankSize">Keys K in the bank, at least 1.</param>
/// <param name="Temperature">Temperature of NT-Xent, above 0.</param>
/// <param name="Momentum">Share of the old momentum encoder in the new one, 0 to 1.</param>
/// <param name="IsSymmetric">Whether both views are queries and keys.</param>
public sealed record MoCoOptions(
    int HiddenLength, int OutputLength, int MemoryBankSize, double Temperature, double Momentum, bool IsSymmetric);
