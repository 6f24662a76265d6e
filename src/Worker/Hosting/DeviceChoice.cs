using LightlyCluster.SelfSupervised;
using Microsoft.Extensions.Options;
using TorchSharp;

namespace LightlyCluster.Worker.Hosting;

/// <summary>The one device of this worker.</summary>
/// <param name="Device">Where tensors live.</param>
/// <param name="Description">cpu and its threads, or cuda.</param>
internal sealed record DeviceChoice(torch.Device Device, string Description)
{
    /// <summary>Chooses by the settings; auto takes the GPU where there is one.</summary>
    /// <exception cref="OptionsValidationException">cuda is asked for and there is none.</exception>
    public static DeviceChoice Choose(WorkerOptions options)
    {
        var wantsCuda = options.Device == "cuda" || (options.Device == "auto" && torch.cuda.is_available());
        if (!wantsCuda)
        {
            return new(torch.CPU, $"cpu ({options.Threads} thread{(options.Threads == 1 ? "" : "s")})");
        }

        if (!torch.cuda.is_available())
        {
            throw new OptionsValidationException(
                WorkerOptions.SectionName,
                typeof(WorkerOptions),
                ["Worker:Device is cuda, but this process has no CUDA device. Use a GPU build (TorchDevice=cuda) on a machine with a GPU, or --device cpu."]);
        }

        DeterministicCuda.Enter();
        return new(torch.CUDA, "cuda");
    }
}
