using LightlyCluster.SelfSupervised.Losses;
using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Training;

/// <summary>A term of the loss that looks at the embeddings of a whole batch, whatever the method.</summary>
/// <param name="Name">One of <see cref="Names"/>.</param>
/// <param name="Loss">From the embeddings of views, each [B, D], to the weighted term, []; differentiable.</param>
public sealed record BatchRegularizer(string Name, Func<IReadOnlyList<Tensor>, Tensor> Loss)
{
    /// <summary>Consistent contrast: both views of an image resemble the others of the batch alike.</summary>
    public const string Co2 = "co2";

    /// <summary>Kozachenko-Leonenko: nearest neighbours move apart.</summary>
    public const string KoLeo = "koleo";

    /// <summary>The known names.</summary>
    public static IReadOnlyList<string> Names { get; } = [Co2, KoLeo];

    /// <summary>Makes the regularizer of a name.</summary>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static BatchRegularizer Create(RegularizerRequest request)
    {
        var parameters = request.Parameters;
        var temperature = parameters.Number("tConsistency", CO2Regularizer.DefaultConsistencyTemperature);
        return request.Name switch
        {
            Co2 => new(Co2, views => CO2Regularizer.BatchLoss(views[0], views[1], parameters.Number("alpha", CO2Regularizer.DefaultAlpha), temperature)),
            KoLeo => new(KoLeo, views => views.Select(view => KoLeoLoss.BatchLoss(view)).Aggregate((sum, term) => sum.Plus(term))
                .Times(parameters.Number("weight", 0.1) / views.Count)),
            _ => throw new ArgumentException($"There is no regularizer '{request.Name}'; known are {string.Join(", ", Names)}.", nameof(request)),
        };
    }
}
