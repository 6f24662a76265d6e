using static LightlyCluster.Fleet.Jobs.ParameterDefinition;

namespace LightlyCluster.Fleet.Jobs;

/// <summary>What can be added to a loss.</summary>
public static class RegularizerCatalog
{
    /// <summary>Name of consistent contrast.</summary>
    public const string Co2 = "co2";

    /// <summary>Name of the Kozachenko-Leonenko regularizer.</summary>
    public const string KoLeo = "koleo";

    /// <summary>The regularizers, in the order in which they are listed.</summary>
    public static IReadOnlyList<RegularizerDefinition> All { get; } =
    [
        new(Co2,
            [
                Number("alpha", 1, 0, 1000, "Weight of the term."),
                Number("tConsistency", 0.05, 1e-4, 100, "Divides similarities before the softmax."),
            ],
            "Both views of an image resemble the other images alike (Wei et al., 2021)."),
        new(KoLeo, [Number("weight", 0.1, 0, 1000, "Weight of the term.")], "Nearest neighbours of a batch move apart (Sablayrolles et al., 2019)."),
    ];

    /// <summary>The names, in the order in which they are listed.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(regularizer => regularizer.Name)];

    /// <summary>The regularizer of a name, in any spelling; null where there is none.</summary>
    public static RegularizerDefinition? Find(string name) => All.FirstOrDefault(regularizer => NearestName.IsSpelling(regularizer.Name, name));
}
