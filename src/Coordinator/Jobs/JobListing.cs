using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using LightlyCluster.Coordinator.Endpoints;
using LightlyCluster.Fleet.Access;
using LightlyCluster.Fleet.Stores;
using LightlyCluster.Protocol;
using LightlyCluster.Protocol.V1;

namespace LightlyCluster.Coordinator.Jobs;

/// <summary>Lists jobs page by page. A page begins behind the last job of the one before, whatever came or went in between.</summary>
internal sealed class JobListing(IJobStore store)
{
    private const int PageDefault = 50;
    private const int PageMaximum = 1000;
    private const int ReadAtOnce = 200;

    /// <summary>One page of what a caller may see.</summary>
    /// <exception cref="Grpc.Core.RpcException">page_size or page_token cannot be used (INVALID_ARGUMENT).</exception>
    public async Task<ListTrainingJobsResponse> ListAsync(ListTrainingJobsRequest request, Caller caller)
    {
        if (request.PageSize < 0)
        {
            throw RpcErrors.Invalid("page_size", $"page_size is {request.PageSize}; allowed is 0 (50 jobs) to {PageMaximum}.");
        }

        var size = request.PageSize == 0 ? PageDefault : Math.Min(PageMaximum, request.PageSize);
        var filter = DigestOf(request);
        var (created, id) = ReadToken(request.PageToken, filter);
        var response = new ListTrainingJobsResponse();
        while (true)
        {
            var ids = await store.ListAfterAsync(created, id, ReadAtOnce);
            var records = await Task.WhenAll(ids.Select(store.ReadAsync));
            for (var index = 0; index < ids.Count; index++)
            {
                (created, id) = (records[index]?.Created ?? created, ids[index]);
                if (records[index] is not { } record || !IsWanted(record, request, caller))
                {
                    continue;
                }

                if (response.Jobs.Count == size)
                {
                    var last = response.Jobs[^1];
                    response.NextPageToken = WriteToken(filter, last.CreateTime.ToDateTimeOffset().ToUnixTimeMilliseconds(), last.Id);
                    return response;
                }

                response.Jobs.Add(JobReader.Summarize(record));
            }

            if (ids.Count < ReadAtOnce)
            {
                return response;
            }
        }
    }

    private static bool IsWanted(JobRecord record, ListTrainingJobsRequest request, Caller caller) =>
        caller.Sees(record.Tenant)
        && (request.Tenant.Length == 0 || record.Tenant == request.Tenant)
        && (request.States.Count == 0 || request.States.Contains(JobStateMapping.ToWire(record.State)))
        && record.DisplayName.StartsWith(request.NamePrefix, StringComparison.Ordinal);

    private static string DigestOf(ListTrainingJobsRequest request)
    {
        var text = $"{string.Join(',', request.States.Order())}|{request.Tenant}|{request.NamePrefix}";
        return Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 6));
    }

    private static string WriteToken(string filter, long created, string id) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{filter}|{created}|{id}")));

    private static (long Created, string Id) ReadToken(string token, string filter)
    {
        if (token.Length == 0)
        {
            return (0, "");
        }

        if (token.Length <= 512 && Base64Url.IsValid(token) && Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token)).Split('|') is [var digest, var created, { Length: > 0 } id]
            && digest == filter && long.TryParse(created, NumberStyles.None, CultureInfo.InvariantCulture, out var time))
        {
            return (time, id);
        }

        throw RpcErrors.Invalid("page_token", "page_token was not given by this service for these filters; leave it out for the first page.");
    }
}
