using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>A stretch of code of one thread whose forwards run in a precision; ends when disposed.</summary>
internal readonly ref struct PrecisionRegion
{
    private readonly bool _isActive;
    private readonly bool _isCuda;

    public PrecisionRegion(TrainingPrecision precision, Device device)
    {
        _isActive = precision == TrainingPrecision.BFloat16;
        _isCuda = device.type == TorchSharp.DeviceType.CUDA;
        if (_isActive)
        {
            AutocastLibrary.Enter(_isCuda);
        }
    }

    public void Dispose()
    {
        if (_isActive)
        {
            AutocastLibrary.Leave(_isCuda);
        }
    }
}
