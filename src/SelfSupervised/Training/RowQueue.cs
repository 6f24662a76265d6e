using LightlyCluster.SelfSupervised.Memory;
using LightlyCluster.SelfSupervised.Modules;
using LightlyCluster.SelfSupervised.Randomness;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>A ring of earlier rows that is part of the state: a memory bank or a queue.</summary>
internal sealed class RowQueue : IDisposable
{
    private readonly string _name;
    private readonly Tensor _pointer;

    /// <summary>Draws the first rows from (seed, name) and normalizes them.</summary>
    public RowQueue(TrainingOptions options, string name, int size, int length)
    {
        using var scope = NewDisposeScope();
        _name = name;
        var rows = new float[size * length];
        new RandomStream(options.Seed, $"{name}.bank").FillNormal(rows, 0, 1);
        var rows_KD = nn.functional.normalize(tensor(rows, size, length), p: 2, dim: 1);
        Rows = rows_KD.to(options.ElementType).to(options.Device).DetachFromDisposeScope();
        _pointer = zeros(1, int64).DetachFromDisposeScope();
    }

    /// <summary>The rows, [K, D]; owned.</summary>
    public Tensor Rows { get; }

    /// <summary>Puts rows and pointer into the state.</summary>
    public void AddTo(Action<string, Tensor> add)
    {
        add($"{_name}.bank", Rows);
        add($"{_name}.bank_ptr", _pointer);
    }

    /// <summary>Writes rows over the oldest ones.</summary>
    public void Append(Tensor rows) => _pointer.fill_(LastingScalar.Of(MemoryBank.Write(Rows, rows, _pointer.item<long>())));

    /// <inheritdoc/>
    public void Dispose()
    {
        Rows.Dispose();
        _pointer.Dispose();
    }
}
