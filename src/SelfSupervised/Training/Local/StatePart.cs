using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training.Local;

/// <summary>A tensor of the state, twice: as the fleet has it, and as the replica has it that is trained now.</summary>
/// <param name="Name">Its checkpoint name.</param>
/// <param name="Kind">What becomes of it.</param>
/// <param name="Common">The fleet's; owned by the round.</param>
/// <param name="Working">The one that the method trains; borrowed.</param>
/// <param name="Offset">Its first value in the vector of a round; of no meaning for what is kept.</param>
internal sealed record StatePart(string Name, PartKind Kind, Tensor Common, Tensor Working, long Offset)
{
    /// <summary>The part's place in a vector, with its shape; owned by the caller.</summary>
    public Tensor In(Tensor vector) => FlatTensors.View(vector, new(Name, Offset, Common.shape));
}
