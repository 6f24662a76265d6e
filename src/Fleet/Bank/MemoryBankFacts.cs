using LightlyCluster.Fleet.Jobs;

namespace LightlyCluster.Fleet.Bank;

/// <summary>How a memory bank stands after a number of steps: a function of the job alone, since the bank is a ring of the steps' keys.</summary>
/// <param name="Size">Rows of the bank.</param>
/// <param name="KeysPerStep">Rows that a step appends.</param>
/// <param name="Filled">Rows that hold keys of the run; the others were drawn at the start.</param>
/// <param name="OldestSteps">Age in steps of the oldest key; 0 while there is none.</param>
public sealed record MemoryBankFacts(int Size, int KeysPerStep, int Filled, long OldestSteps)
{
    private const string NNCLR = "nnclr";

    /// <summary>Share of rows that hold keys of the run, 0 to 1.</summary>
    public double Fill => (double)Filled / Size;

    /// <summary>The bank of a job.</summary>
    /// <param name="method">How the job learns.</param>
    /// <param name="batchSize">Images of a step.</param>
    /// <param name="step">Committed steps since the bank was drawn.</param>
    /// <returns>Null when the method has none.</returns>
    public static MemoryBankFacts? Of(MethodSpecification method, int batchSize, long step)
    {
        var (name, directions) = method.Name switch
        {
            MethodCatalog.MoCo => ("memoryBankSize", !method.Parameters.TryGetValue("symmetric", out var symmetric) || symmetric != 0 ? 2 : 1),
            NNCLR => ("memoryBankSize", 1),
            _ => ("", 0),
        };
        if (directions == 0 || !method.Parameters.TryGetValue(name, out var value))
        {
            return null;
        }

        var size = (int)value;
        var keys = directions * batchSize;
        var filled = (int)Math.Min(size, step * keys);
        return new(size, keys, filled, Math.Min(step, (size + keys - 1) / keys));
    }
}
