using LightlyCluster.SelfSupervised.Datasets;
using static TorchSharp.torch;

namespace LightlyCluster.Samples;

/// <summary>What a sample works on.</summary>
/// <param name="Dataset">Images.</param>
/// <param name="BatchSize">Images in a batch.</param>
/// <param name="Epochs">How often every image is seen.</param>
/// <param name="Output">Where lines go.</param>
internal sealed record SampleContext(IImageDataset Dataset, int BatchSize, int Epochs, TextWriter Output)
{
    /// <summary>Losses of the steps so far.</summary>
    public List<double> Losses { get; } = [];

    /// <summary>Notes the loss of a step and prints it.</summary>
    public void Report(int epoch, Tensor loss)
    {
        Losses.Add(loss.detach().to(float64).item<double>());
        Output.WriteLine($"epoch {epoch}, step {Losses.Count}: loss {Losses[^1]:F4}");
    }
}
