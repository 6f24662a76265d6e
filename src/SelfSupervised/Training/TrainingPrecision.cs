namespace LightlyCluster.SelfSupervised.Training;

/// <summary>In what the networks of a training step compute. State, gradients, losses and exchanged values are always float32.</summary>
public enum TrainingPrecision
{
    /// <summary>Float32 throughout.</summary>
    Float32,

    /// <summary>
    /// Convolutions and matrix products in bfloat16, what needs the range or the digits in float32 (libtorch's autocast).
    /// Source: Micikevicius et al., "Mixed Precision Training", 2018, https://arxiv.org/abs/1710.03740; bfloat16 has float32's range
    /// and needs no loss scaling.
    /// </summary>
    BFloat16,
}
