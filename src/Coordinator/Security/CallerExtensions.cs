using Grpc.Core;
using LightlyCluster.Fleet.Access;

namespace LightlyCluster.Coordinator.Security;

/// <summary>Who calls, for the code that answers.</summary>
internal static class CallerExtensions
{
    /// <summary>Who calls; a policy or the interceptor has let them in.</summary>
    public static Caller RequireCaller(this HttpContext context) =>
        context.Features.Get<Caller>() ?? throw new InvalidOperationException("The endpoint asks for no policy, so that nobody knows who calls.");

    /// <summary>Who calls; the interceptor has let them in.</summary>
    public static Caller RequireCaller(this ServerCallContext context) => context.GetHttpContext().RequireCaller();
}
