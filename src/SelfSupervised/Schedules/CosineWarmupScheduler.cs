namespace LightlyCluster.SelfSupervised.Schedules;

/// <summary>The factor on the base learning rate in each epoch (or step): warm-up from 0, then a cosine to a thousandth.</summary>
/// <remarks>Defaults as lightly's CosineWarmupScheduler.</remarks>
/// <param name="WarmupEpochs">Number of epochs of the warm-up, 0 to MaxEpochs.</param>
/// <param name="MaxEpochs">Number of epochs with the warm-up.</param>
/// <param name="StartValue">Factor at the start of the cosine.</param>
/// <param name="EndValue">Factor of the last epoch.</param>
/// <param name="Period">Number of epochs of the cosine from start to end and back; null means once to the end.</param>
/// <param name="WarmupStartValue">Factor before the warm-up.</param>
/// <param name="WarmupEndValue">Factor of the warm-up's last epoch; null means the cosine's start.</param>
public sealed record CosineWarmupScheduler(
    long WarmupEpochs,
    long MaxEpochs,
    double StartValue = 1,
    double EndValue = 0.001,
    long? Period = null,
    double WarmupStartValue = 0,
    double? WarmupEndValue = null)
{
    /// <summary>The factor of an epoch.</summary>
    /// <param name="epoch">Number of the epoch, from 0; after the last one its factor stays.</param>
    /// <returns>The factor.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public double ScaleAt(long epoch) => CosineWarmupSchedule.At(
        epoch, MaxEpochs, StartValue, EndValue, WarmupEpochs, WarmupStartValue, WarmupEndValue, Period);
}
