namespace LightlyCluster.SelfSupervised.Training;

/// <summary>FastSiam on the fleet: SimSiam whose target is the mean projection of all other views.</summary>
/// <remarks>
/// Pototzky et al., "FastSiam: Resource-Efficient Self-Supervised Learning on a Single GPU", 2022,
/// https://link.springer.com/chapter/10.1007/978-3-031-16788-1_4. As many views as the transforms make (numViews).
/// </remarks>
/// <param name="request">What the method is made from.</param>
public sealed class FastSiamTraining(MethodRequest request)
    : SimSiamTraining(request, [.. Enumerable.Range(0, request.ViewCount)]);
