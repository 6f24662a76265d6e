using LightlyCluster.SelfSupervised.Training;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Optimization;

/// <summary>Changes parameters that lie in one flat buffer.</summary>
/// <remarks>
/// Works in place on runs of neighbouring tensors that share their settings: trained, decayed, frozen for some first steps. The step's
/// number is an argument, so that nothing but the buffers is state.
/// </remarks>
public abstract class FlatOptimizer : IDisposable
{
    private readonly List<(string Name, Tensor Buffer)> _buffers = [];

    /// <summary>Groups the parameters.</summary>
    /// <param name="parameters">What is trained; borrowed.</param>
    /// <param name="options">Settings.</param>
    protected FlatOptimizer(FlatTensors parameters, OptimizerOptions options)
    {
        Parameters = parameters;
        Options = options;
    }

    /// <summary>What the optimizer remembers, each as long as the parameters, by PyTorch's names; borrowed.</summary>
    public IReadOnlyList<(string Name, Tensor Buffer)> Buffers => _buffers;

    private protected FlatTensors Parameters { get; }

    private protected OptimizerOptions Options { get; }

    /// <summary>Makes the optimizer that the settings name.</summary>
    /// <param name="parameters">What is trained; borrowed.</param>
    /// <param name="options">Settings.</param>
    public static FlatOptimizer Create(FlatTensors parameters, OptimizerOptions options) => options.Kind switch
    {
        OptimizerKind.AdamW => new AdamWOptimizer(parameters, options),
        OptimizerKind.Lars => new FlatLarsOptimizer(parameters, options),
        _ => new SgdOptimizer(parameters, options),
    };

    /// <summary>Changes the parameters.</summary>
    /// <param name="gradient">As long as the parameters; borrowed.</param>
    /// <param name="learningRate">0 or more.</param>
    /// <param name="step">Number of the step, from 0.</param>
    public void Step(Tensor gradient, double learningRate, long step)
    {
        using var noGrad = no_grad();
        foreach (var run in Runs().Where(run => run.IsTrained && step >= run.FrozenSteps))
        {
            using var scope = NewDisposeScope();
            Step(run, gradient.narrow(0, run.Offset, run.Count), learningRate, step - run.FrozenSteps);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Disposes the buffers.</summary>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _buffers.ForEach(buffer => buffer.Buffer.Dispose());
        }
    }

    /// <summary>Changes one run of parameters.</summary>
    private protected abstract void Step(FlatSlice run, Tensor gradient, double learningRate, long step);

    /// <summary>The runs that are changed together; each slice by itself where the tensors matter.</summary>
    private protected virtual IEnumerable<FlatSlice> Runs()
    {
        FlatSlice? open = null;
        foreach (var slice in Parameters.Slices)
        {
            var end = slice.Offset + FlatTensors.Align(slice.Count);
            if (open is not null && (open.IsTrained, open.IsDecayed, open.FrozenSteps) == (slice.IsTrained, slice.IsDecayed, slice.FrozenSteps))
            {
                open = open with { Shape = [end - open.Offset] };
                continue;
            }

            if (open is not null)
            {
                yield return open;
            }

            open = slice with { Shape = [end - slice.Offset] };
        }

        if (open is not null)
        {
            yield return open;
        }
    }

    private protected double DecayOf(FlatSlice run) => run.IsDecayed || Options.DecaysEverything ? Options.WeightDecay : 0;

    private protected Tensor DataOf(FlatSlice run) => Parameters.Data.narrow(0, run.Offset, run.Count);

    private protected Tensor BufferOf(int index, FlatSlice run) => _buffers[index].Buffer.narrow(0, run.Offset, run.Count);

    private protected void AddBuffer(string name) => _buffers.Add((name, zeros_like(Parameters.Data).DetachFromDisposeScope()));
}
