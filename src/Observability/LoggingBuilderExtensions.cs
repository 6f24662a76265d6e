using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace LightlyCluster.Observability;

/// <summary>How coordinator and workers write their logs.</summary>
public static class LoggingBuilderExtensions
{
    /// <summary>Writes to standard error: lines for people, or one JSON object a line with scopes and trace ids.</summary>
    public static ILoggingBuilder AddLightlyLogging(this ILoggingBuilder logging, TelemetryOptions options)
    {
        logging.ClearProviders();
        if (options.IsJson)
        {
            logging.Configure(factory =>
                factory.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
            logging.AddJsonConsole(console =>
            {
                console.IncludeScopes = true;
                console.UseUtcTimestamp = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ";
            });
        }
        else
        {
            logging.AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "HH:mm:ss.fff ";
            });
        }

        logging.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

        // What ends a program is told by the program, in one line.
        return logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None).AddFilter("Grpc", LogLevel.Warning);
    }
}
