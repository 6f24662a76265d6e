namespace LightlyCluster.Fleet.Stores;

/// <summary>What a prepared worker knows about a job; equal on all of them.</summary>
/// <param name="Images">Number D of images.</param>
/// <param name="StepsPerEpoch">S = floor(D / B).</param>
/// <param name="StepsTotal">The schedule's horizon.</param>
/// <param name="BaseStep">The state at which the log begins: 0, or the step of the checkpoint that the run continues.</param>
/// <param name="BaseHash">Hash of that state.</param>
/// <param name="Manifest">Digest of the dataset's manifest.</param>
/// <param name="NumericClass">What must agree for equal bits.</param>
/// <param name="VectorLength">Number of float32 values in the reduced vector.</param>
public sealed record JobInitialization(
    long Images, long StepsPerEpoch, long StepsTotal, long BaseStep, string BaseHash, string Manifest, string NumericClass, int VectorLength);
