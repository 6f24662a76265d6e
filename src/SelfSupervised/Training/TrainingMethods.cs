namespace LightlyCluster.SelfSupervised.Training;

/// <summary>The methods that can be made by name.</summary>
public static class TrainingMethods
{
    private static readonly Dictionary<string, Func<MethodRequest, TrainingMethod>> Methods = new(StringComparer.Ordinal)
    {
        ["simclr"] = request => new SimCLRTraining(request),
        ["moco"] = request => new MoCoTraining(request),
        ["simsiam"] = request => new SimSiamTraining(request),
        ["barlow-twins"] = request => new BarlowTwinsTraining(request),
        ["byol"] = request => new BYOLTraining(request),
        ["nnclr"] = request => new NNCLRTraining(request),
        ["vicreg"] = request => new VICRegTraining(request),
        ["swav"] = request => new SwaVTraining(request),
        ["dino"] = request => new DINOTraining(request),
        ["fast-siam"] = request => new FastSiamTraining(request),
        ["tico"] = request => new TiCoTraining(request),
        ["mmcr"] = request => new MMCRTraining(request),
    };

    /// <summary>The names.</summary>
    public static IReadOnlyCollection<string> Names => Methods.Keys;

    /// <summary>Makes a method with state 0.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="request">What it is made from.</param>
    /// <exception cref="ArgumentException">There is no such method, or a part of the request does not fit it.</exception>
    public static TrainingMethod Create(string name, MethodRequest request) => Methods.TryGetValue(name, out var make)
        ? make(request)
        : throw new ArgumentException($"There is no method '{name}'; known are {string.Join(", ", Names)}.", nameof(name));
}
