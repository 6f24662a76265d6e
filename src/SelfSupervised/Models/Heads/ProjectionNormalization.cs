namespace LightlyCluster.SelfSupervised.Models.Heads;

/// <summary>What normalizes the outputs of a head's layer.</summary>
public enum ProjectionNormalization
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Batch normalization with trained scale and shift.</summary>
    Batch,

    /// <summary>Batch normalization without scale and shift.</summary>
    BatchWithoutAffine,

    /// <summary>Layer normalization over the outputs.</summary>
    Layer,
}
