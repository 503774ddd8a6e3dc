// The reader of the API's description: Swagger UI from our own files, asking no other host.
const place = document.getElementById("api-docs");
window.SwaggerUIBundle({
  domNode: place,
  url: place.dataset.source,
  validatorUrl: null,
  deepLinking: true,
  persistAuthorization: false,
  requestInterceptor: (request) => {
    request.headers["X-CSRFToken"] = document.querySelector("meta[name=csrf-token]")?.content ?? "";
    return request;
  },
});
