using Grpc.Core;
using Grpc.Core.Interceptors;
using LightlyCluster.Fleet.Stores;

namespace LightlyCluster.Coordinator.Endpoints;

/// <summary>Turns an unreachable store into UNAVAILABLE, so that a call never ends in a stack trace.</summary>
internal sealed class StoreErrorInterceptor : Interceptor
{
    /// <inheritdoc/>
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            return await continuation(request, context);
        }
        catch (Exception error) when (error is StoreAwayException or StoreFullException)
        {
            throw RpcErrors.StoreUnavailable();
        }
    }

    /// <inheritdoc/>
    public override async Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(request, responseStream, context);
        }
        catch (Exception error) when (error is StoreAwayException or StoreFullException)
        {
            throw RpcErrors.StoreUnavailable();
        }
    }
}
