const token = location.hash.slice(1);
if (token !== "") {
  history.replaceState(null, "", location.pathname);
  const headers = { "content-type": "application/json" };
  await fetch("/login", { method: "POST", headers, body: JSON.stringify({ token }) });
}
const clients = await (await fetch("/api/clients")).json();
document.querySelector("#clients").textContent = JSON.stringify(clients, null, 2);
